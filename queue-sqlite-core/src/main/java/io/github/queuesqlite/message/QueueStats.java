package io.github.queuesqlite.message;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/**
 * Numbers of one moment, read from maintained counters: no table is scanned for them.
 *
 * @param counts how many messages, by queue, task and state; states without any are left
 * out
 * @param oldestReadyAges how long the oldest READY message of a queue has been ready, by
 * queue; queues without any are left out
 * @param pauses what is paused: all queues, then queues, tasks and keys by name
 * @param unservedQueues queues that have waiting messages and no lane in this process
 * @param unservedTasks tasks that have waiting messages and no handler in this process
 * @param shards the shards, in order
 * @param instances the live processes of the directory, the oldest first
 * @param limits the limits and weights that hold in the directory, by name
 * @since 0.1.0
 */
public record QueueStats(List<Count> counts, Map<String, Duration> oldestReadyAges, List<Pause> pauses,
		Set<String> unservedQueues, Set<String> unservedTasks, List<ShardStats> shards, List<InstanceStats> instances,
		List<LimitStats> limits) {

	public QueueStats {
		counts = List.copyOf(counts);
		oldestReadyAges = Map.copyOf(oldestReadyAges);
		pauses = List.copyOf(pauses);
		unservedQueues = Set.copyOf(unservedQueues);
		unservedTasks = Set.copyOf(unservedTasks);
		shards = List.copyOf(shards);
		instances = List.copyOf(instances);
		limits = List.copyOf(limits);
	}

	/**
	 * Returns how many messages are in the state.
	 * @param state the state
	 * @return 0 or more
	 */
	public long count(MessageState state) {
		return this.counts.stream().filter((count) -> count.state() == state).mapToLong(Count::messages).sum();
	}

	/**
	 * Returns how many messages of the queue are in the state.
	 * @param queue the name; an unknown one has none
	 * @param state the state
	 * @return 0 or more
	 */
	public long count(String queue, MessageState state) {
		return this.counts.stream()
			.filter((count) -> count.state() == state && count.queue().equals(queue))
			.mapToLong(Count::messages)
			.sum();
	}

	/**
	 * Returns how long the oldest READY message of the queue has been ready.
	 * @param queue the name
	 * @return empty when none is READY
	 */
	public Optional<Duration> oldestReadyAge(String queue) {
		return Optional.ofNullable(this.oldestReadyAges.get(queue));
	}

	/**
	 * Returns the pause of all queues.
	 * @return empty when they are not paused together
	 */
	public Optional<Pause> pauseOfAll() {
		return this.pauses.stream().filter((pause) -> pause.kind() == Pause.Kind.ALL).findFirst();
	}

	/**
	 * Returns the queues that are paused by name.
	 * @return their names, sorted; without those that only the pause of all holds
	 */
	public Set<String> pausedQueues() {
		return names(Pause.Kind.QUEUE);
	}

	/**
	 * Returns the tasks that are paused.
	 * @return their names, sorted
	 */
	public Set<String> pausedTasks() {
		return names(Pause.Kind.TASK);
	}

	/**
	 * Returns the ordering and concurrency keys that are paused.
	 * @return their names, sorted
	 */
	public Set<String> pausedKeys() {
		return names(Pause.Kind.KEY);
	}

	private Set<String> names(Pause.Kind kind) {
		Set<String> names = new TreeSet<>();
		this.pauses.stream().filter((pause) -> pause.kind() == kind).forEach((pause) -> names.add(pause.name()));
		return names;
	}

	/**
	 * Returns the pause of a queue, task or key.
	 * @param kind what it is
	 * @param name its name
	 * @return empty when it is not paused
	 */
	public Optional<Pause> pause(Pause.Kind kind, String name) {
		return this.pauses.stream().filter((pause) -> pause.kind() == kind && pause.name().equals(name)).findFirst();
	}

	/**
	 * Returns the queues that hold a message or are paused.
	 * @return their names, sorted
	 */
	public Set<String> queues() {
		Set<String> names = pausedQueues();
		this.counts.forEach((count) -> names.add(count.queue()));
		return names;
	}

	/**
	 * How many messages of one queue and task are in one state.
	 *
	 * @param queue the queue
	 * @param task the task
	 * @param state the state
	 * @param messages how many
	 */
	public record Count(String queue, String task, MessageState state, long messages) {

	}

	/**
	 * A queue, task or key of which nothing starts, or all queues.
	 *
	 * @param kind which of these
	 * @param name its name; an asterisk for all queues
	 * @param until when it goes on by itself; null when somebody has to resume it
	 */
	public record Pause(Kind kind, String name, @Nullable Instant until) {

		/** What may be paused. */
		public enum Kind {

			/** All queues, those too that nobody has used yet. */
			ALL,

			/** A queue, with all its tasks. */
			QUEUE,

			/** A task, in all queues. */
			TASK,

			/** An ordering or concurrency key, in all queues and tasks. */
			KEY

		}

	}

	/**
	 * One shard.
	 *
	 * @param shard its number, from 0
	 * @param file the name of its file
	 * @param accepting whether it takes new messages
	 * @param reason why it does not, empty when it does
	 * @param leaving whether the layout has fewer shards by now: it takes nothing new,
	 * and is forgotten once the workers have emptied it
	 * @param quarantined whether its file is damaged or was replaced: it is out of use,
	 * and none of its messages are counted, until a person has seen to it
	 * @param fileSize bytes of the database file
	 * @param walSize bytes of its write-ahead log
	 * @param diskFree bytes that this process may still use on its file system, -1 when
	 * nobody can tell
	 * @param pending messages handed in and not yet committed
	 */
	public record ShardStats(int shard, String file, boolean accepting, String reason, boolean leaving,
			boolean quarantined, long fileSize, long walSize, long diskFree, int pending) {

	}

	/**
	 * A limit, a rate, or the weight of a concurrency key. Whoever declares one makes it
	 * known when his workers first need it.
	 *
	 * @param name {@code task:<task>} for the most handlers of a task at once,
	 * {@code lock:<lock>} for a lock, {@code keys:<task>} for the most messages of one
	 * concurrency key at once, {@code weight:<key>} for the weight of a key,
	 * {@code rate:task:<task>} and {@code rate:queue:<queue>} for how many handlers of a
	 * task or queue begin in a time, {@code rate:keys:<task>} for how many messages of
	 * one concurrency key do
	 * @param most the number that holds
	 * @param declared the number that holds unless somebody changed it
	 * @param held how many permits the processes have taken, used or not; of a rate, how
	 * many tokens that are not used; 0 for keys and weights, and rates of keys
	 * @param waiting how many processes want more
	 * @param period in which time the number holds, for a rate; null for others
	 */
	public record LimitStats(String name, int most, int declared, int held, int waiting, @Nullable Duration period) {

	}

	/**
	 * One start of a process, or of an application context, on the directory. It is live
	 * until another process has declared it dead, which takes a moment when it ends, and
	 * the duration of a lease when it stands still.
	 *
	 * @param epoch the number of the start; rises with each
	 * @param name host and process id
	 * @param startedAt when it started
	 * @param beatAge how long ago it gave its latest sign of life: a third of a lease or
	 * less when it is well
	 * @param self whether it is the one that is asked
	 */
	public record InstanceStats(long epoch, String name, Instant startedAt, Duration beatAge, boolean self) {

	}

}
