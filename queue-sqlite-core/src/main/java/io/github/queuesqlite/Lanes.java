package io.github.queuesqlite;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

import io.github.queuesqlite.task.TaskDefinition;
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

	private static final int MOST_NAMES = 20;

	private final TaskRegistry tasks;

	private final Set<String> configured;

	private final Predicate<String> receivedFrom;

	private final Set<String> warnedQueues = ConcurrentHashMap.newKeySet();

	private final Set<String> warnedTasks = ConcurrentHashMap.newKeySet();

	private volatile Set<String> queues;

	/** Whether this process has a handler of the application's own. */
	private volatile boolean working;

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
		this.working = isWorking();
		tasks.onChange(this::refresh);
	}

	/** One at a time: a later registration must not be overwritten by an earlier one. */
	private synchronized void refresh() {
		this.queues = queuesNow();
		this.working = isWorking();
	}

	private boolean isWorking() {
		return this.tasks.tasks().stream().anyMatch((task) -> !task.name().equals(TaskRegistry.NOOP));
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

	/** Whoever only sends knows it; whoever misspelt a name does not. */
	void warnIfUnserved(String queue, String task) {
		if (!serves(queue)) {
			if (isNew(queue, this.warnedQueues)) {
				logger.warn("Messages for queue '{}' are accepted, but no worker of this process serves it: "
						+ "no task declares it, it has no settings, and nobody has received from it", queue);
			}
		}
		else if (this.working && !serves(queue, task) && !task.equals(Chains.GROUP) && isNew(task, this.warnedTasks)) {
			logger.warn("Messages of task '{}' are accepted, but this process has no handler for it: they wait until a "
					+ "process has one. Is the name right? It has handlers for {}", task, someTasks());
		}
	}

	private static boolean isNew(String name, Set<String> warned) {
		return !warned.contains(name) && warned.size() < MOST_WARNINGS && warned.add(name);
	}

	private List<String> someTasks() {
		return this.tasks.tasks().stream().map(TaskDefinition::name).sorted().limit(MOST_NAMES).toList();
	}

}
