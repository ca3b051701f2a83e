package io.github.queuesqlite;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

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

	private final Set<String> warned = ConcurrentHashMap.newKeySet();

	private volatile Set<String> queues;

	Lanes(TaskRegistry tasks, Set<String> configured) {
		this.tasks = tasks;
		this.configured = Set.copyOf(configured);
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

	boolean serves(String queue) {
		return this.queues.contains(queue);
	}

	boolean serves(String queue, String task) {
		return serves(queue) && this.tasks.find(task).isPresent();
	}

	void warnIfUnserved(String queue) {
		if (!serves(queue) && this.warned.size() < MOST_WARNINGS && this.warned.add(queue)) {
			logger.warn("Messages for queue '{}' are accepted, but no worker of this process serves it: "
					+ "no task declares it and it has no settings", queue);
		}
	}

}
