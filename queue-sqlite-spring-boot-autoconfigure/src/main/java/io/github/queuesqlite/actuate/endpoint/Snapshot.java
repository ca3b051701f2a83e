package io.github.queuesqlite.actuate.endpoint;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueStatus.LaneStatus;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.message.QueueStats.Count;
import io.github.queuesqlite.message.QueueStats.Pause;
import io.github.queuesqlite.task.TaskDefinition;
import org.jspecify.annotations.Nullable;

/** Queues and tasks of one moment: what the files count and what this process hosts. */
final class Snapshot {

	private final EmbeddedQueue queue;

	private final QueueStats stats;

	private final Map<String, LaneStatus> lanes = new TreeMap<>();

	Snapshot(EmbeddedQueue queue) {
		this.queue = queue;
		this.stats = queue.operations().stats();
		queue.lanes().forEach((lane) -> this.lanes.put(lane.queue(), lane));
	}

	QueueReport report() {
		Map<MessageState, Long> states = states((count) -> true);
		Pause all = this.stats.pauseOfAll().orElse(null);
		return new QueueReport(this.queue.directory().toString(), this.queue.isRunning(), length(states), states,
				queues(), all != null, (all != null) ? all.until() : null,
				new QueueReport.Unserved(new TreeSet<>(this.stats.unservedQueues()),
						new TreeSet<>(this.stats.unservedTasks())),
				shards(), processes(), limits());
	}

	List<QueueReport.ShardDescriptor> shards() {
		return this.stats.shards().stream().map(QueueReport.ShardDescriptor::of).toList();
	}

	List<QueueReport.InstanceDescriptor> processes() {
		return this.stats.instances().stream().map(QueueReport.InstanceDescriptor::of).toList();
	}

	Map<String, QueueReport.LimitDescriptor> limits() {
		Map<String, QueueReport.LimitDescriptor> limits = new TreeMap<>();
		this.stats.limits().forEach((limit) -> limits.put(limit.name(), QueueReport.LimitDescriptor.of(limit)));
		return limits;
	}

	Set<String> queueNames() {
		Set<String> names = new TreeSet<>(this.stats.queues());
		names.addAll(this.lanes.keySet());
		return names;
	}

	Map<String, KeyDescriptor> pausedKeys() {
		Map<String, KeyDescriptor> keys = new TreeMap<>();
		this.stats.pausedKeys().forEach((name) -> keys.put(name, key(name)));
		return keys;
	}

	KeyDescriptor key(String name) {
		Pause pause = pause(Pause.Kind.KEY, name);
		return new KeyDescriptor(name, pause != null, (pause != null) ? pause.until() : null);
	}

	QueuesDescriptor allQueues() {
		Pause all = this.stats.pauseOfAll().orElse(null);
		return new QueuesDescriptor(queues(), all != null, (all != null) ? all.until() : null);
	}

	private Map<String, QueueDescriptor> queues() {
		Map<String, QueueDescriptor> queues = new TreeMap<>();
		queueNames().forEach((name) -> queues.put(name, queue(name, null)));
		return queues;
	}

	QueueDescriptor queue(String name) {
		return queue(name, grouped((count) -> count.queue().equals(name), Count::task));
	}

	private QueueDescriptor queue(String name, @Nullable Map<String, Map<MessageState, Long>> tasks) {
		Map<MessageState, Long> states = states((count) -> count.queue().equals(name));
		LaneStatus lane = this.lanes.get(name);
		Pause pause = pause(Pause.Kind.QUEUE, name);
		return new QueueDescriptor(name, pause != null, (pause != null) ? pause.until() : null, length(states),
				this.stats.oldestReadyAge(name).orElse(null), states,
				(lane != null) ? QueueDescriptor.LaneDescriptor.of(lane) : null, tasks);
	}

	Set<String> taskNames() {
		Set<String> names = new TreeSet<>();
		this.stats.counts().forEach((count) -> names.add(count.task()));
		this.queue.tasks().tasks().forEach((task) -> names.add(task.name()));
		names.addAll(this.stats.pausedTasks());
		return names;
	}

	Map<String, TaskDescriptor> tasks() {
		Map<String, TaskDescriptor> tasks = new TreeMap<>();
		taskNames().forEach((name) -> tasks.put(name, task(name)));
		return tasks;
	}

	TaskDescriptor task(String name) {
		TaskDefinition<?> definition = this.queue.tasks().find(name).orElse(null);
		Pause pause = pause(Pause.Kind.TASK, name);
		return new TaskDescriptor(name, definition != null, pause != null, (pause != null) ? pause.until() : null,
				states((count) -> count.task().equals(name)),
				grouped((count) -> count.task().equals(name), Count::queue),
				(definition != null) ? TaskDescriptor.HandlerDescriptor.of(definition) : null);
	}

	private @Nullable Pause pause(Pause.Kind kind, String name) {
		return this.stats.pause(kind, name).orElse(null);
	}

	private Map<MessageState, Long> states(Predicate<Count> which) {
		Map<MessageState, Long> states = noMessages();
		this.stats.counts()
			.stream()
			.filter(which)
			.forEach((count) -> states.merge(count.state(), count.messages(), Long::sum));
		return states;
	}

	private Map<String, Map<MessageState, Long>> grouped(Predicate<Count> which, Function<Count, String> key) {
		Map<String, Map<MessageState, Long>> groups = new TreeMap<>();
		this.stats.counts()
			.stream()
			.filter(which)
			.forEach((count) -> groups.computeIfAbsent(key.apply(count), (name) -> noMessages())
				.merge(count.state(), count.messages(), Long::sum));
		return groups;
	}

	private static Map<MessageState, Long> noMessages() {
		Map<MessageState, Long> states = new EnumMap<>(MessageState.class);
		for (MessageState state : MessageState.values()) {
			states.put(state, 0L);
		}
		return states;
	}

	private static long length(Map<MessageState, Long> states) {
		return states.entrySet()
			.stream()
			.filter((entry) -> !entry.getKey().isEnded())
			.mapToLong(Map.Entry::getValue)
			.sum();
	}

}
