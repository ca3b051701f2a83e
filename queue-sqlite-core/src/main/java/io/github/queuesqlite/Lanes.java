package io.github.queuesqlite;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

import io.github.queuesqlite.task.TaskRegistry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which queues have a lane in this process: the default one, each that a task declares,
 * each that has settings.
 */
final class Lanes {

	/** The queue of messages for which neither sender nor task names one. */
	static final String DEFAULT = "default";

	private static final Logger logger = LoggerFactory.getLogger(Lanes.class);

	/** Beyond this many names, no more are remembered and warned about. */
	private static final int MOST_WARNINGS = 1000;

	private final TaskRegistry tasks;

	private final Set<String> configured;

	private final Predicate<String> receivedFrom;

	private final Set<String> warned = ConcurrentHashMap.newKeySet();

	private volatile Set<String> queues;

	/**
	 * Creates the lanes.
	 * @param tasks what this process hosts
	 * @param configured queues with settings
	 * @param receivedFrom whether somebody pulls from a queue
	 */
	Lanes(TaskRegistry tasks, Set<String> configured, Predicate<String> receivedFrom) {
		this.tasks = tasks;
		this.configured = Set.copyOf(configured);
		this.receivedFrom = receivedFrom;
		this.queues = queuesNow();
		tasks.onChange(this::refresh);
	}

	/** One at a time: a later registration must not be overwritten by an earlier one. */
	private synchronized void refresh() {
		this.queues = queuesNow();
	}

	private Set<String> queuesNow() {
		Set<String> queues = new HashSet<>(this.configured);
		queues.add(DEFAULT);
		this.tasks.tasks().forEach((task) -> queues.add(task.queue()));
		return Set.copyOf(queues);
	}

	/** Whether messages of the queue are taken here, by handlers or by pulling. */
	boolean serves(String queue) {
		return this.queues.contains(queue) || this.receivedFrom.test(queue);
	}

	/** Whether messages of the queue and task are taken here. */
	boolean serves(String queue, String task) {
		return hosts(queue, task) || this.receivedFrom.test(queue);
	}

	/** Whether a handler here takes messages of the queue and task. */
	boolean hosts(String queue, String task) {
		return this.queues.contains(queue) && this.tasks.find(task).isPresent();
	}

	void warnIfUnserved(String queue) {
		if (!serves(queue) && this.warned.size() < MOST_WARNINGS && this.warned.add(queue)) {
			logger.warn("Messages for queue '{}' are accepted, but no worker of this process serves it: "
					+ "no task declares it, it has no settings, and nobody has received from it", queue);
		}
	}

}
