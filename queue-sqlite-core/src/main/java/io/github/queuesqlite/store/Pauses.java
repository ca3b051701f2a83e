package io.github.queuesqlite.store;

import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * What is paused: nothing of it is claimed.
 *
 * @param all when the pause of all queues ends by itself, epoch milliseconds,
 * {@link #UNTIL_RESUMED} when it does not; null when they are not paused together
 * @param queues queues that are paused by name, each with its end, likewise
 * @param tasks tasks, likewise
 * @param keys ordering and concurrency keys, likewise
 */
public record Pauses(@Nullable Long all, Map<String, Long> queues, Map<String, Long> tasks, Map<String, Long> keys) {

	/** The end of a pause that somebody has to end. */
	public static final long UNTIL_RESUMED = Long.MAX_VALUE;

	/** Nothing is paused. */
	public static final Pauses NONE = new Pauses(null, Map.of(), Map.of(), Map.of());

	public Pauses {
		queues = Map.copyOf(queues);
		tasks = Map.copyOf(tasks);
		keys = Map.copyOf(keys);
	}

	/** Creates pauses of queues and tasks. */
	public Pauses(Map<String, Long> queues, Map<String, Long> tasks) {
		this(null, queues, tasks, Map.of());
	}

	/**
	 * Returns whether nothing is claimed from a queue.
	 * @param queue its name
	 * @return true when it is paused, or all are
	 */
	public boolean holdBack(String queue) {
		return this.all != null || this.queues.containsKey(queue);
	}

	/**
	 * Returns whether a message of the queue and task is not claimed.
	 * @param queue its queue
	 * @param task its task
	 * @return true when one of the two is paused, or all queues are
	 */
	public boolean holdBack(String queue, String task) {
		return holdBack(queue) || this.tasks.containsKey(task);
	}

	/**
	 * Returns what is paused here or there, as long as it is anywhere.
	 * @param other what is paused there
	 * @return both
	 */
	public Pauses and(Pauses other) {
		return new Pauses(later(this.all, other.all), merge(this.queues, other.queues), merge(this.tasks, other.tasks),
				merge(this.keys, other.keys));
	}

	private static @Nullable Long later(@Nullable Long one, @Nullable Long other) {
		if (one == null || other == null) {
			return (one != null) ? one : other;
		}
		return Long.valueOf(Math.max(one, other));
	}

	private static Map<String, Long> merge(Map<String, Long> some, Map<String, Long> more) {
		Map<String, Long> all = new TreeMap<>(some);
		more.forEach((name, until) -> all.merge(name, until, Math::max));
		return all;
	}

}
