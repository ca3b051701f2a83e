package io.github.queuesqlite.dashboard;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import io.github.queuesqlite.message.TaskTotals;
import org.jspecify.annotations.Nullable;

/**
 * What all processes did from one reading of the totals to the next. Not for several
 * threads.
 */
final class Throughput {

	/** So many tasks are told apart. */
	static final int MAX_TASKS = 100;

	/** Has what the others do. */
	static final String OTHER = "…";

	private final Set<String> known = new HashSet<>();

	/** By queue and task; null before the first reading. */
	private @Nullable Map<List<String>, TaskTotals> before;

	/** What has happened since the latest {@link #step}, by task. */
	Map<String, TaskActivity> read(List<TaskTotals> totals) {
		Map<String, TaskActivity> activities = new TreeMap<>();
		Map<List<String>, TaskTotals> before = this.before;
		if (before != null) {
			for (TaskTotals now : totals) {
				TaskActivity activity = between(before.get(key(now)), now);
				if (!activity.isNothing()) {
					activities.merge(name(now.task()), activity, TaskActivity::and);
				}
			}
		}
		return activities;
	}

	/** As {@link #read}, which counts from here now. */
	Map<String, TaskActivity> step(List<TaskTotals> totals) {
		Map<String, TaskActivity> activities = read(totals);
		Map<List<String>, TaskTotals> before = (this.before != null) ? this.before : new HashMap<>();
		totals.forEach((now) -> before.merge(key(now), now, Throughput::greatest));
		this.before = before;
		return activities;
	}

	private String name(String task) {
		if (this.known.contains(task)) {
			return task;
		}
		return (this.known.size() < MAX_TASKS && this.known.add(task)) ? task : OTHER;
	}

	private static List<String> key(TaskTotals totals) {
		return List.of(totals.queue(), totals.task());
	}

	private static TaskActivity between(@Nullable TaskTotals before, TaskTotals now) {
		TaskTotals then = (before != null) ? before : new TaskTotals(now.queue(), now.task(), 0, 0, 0, 0);
		return new TaskActivity(risen(then.enqueued(), now.enqueued()), risen(then.completed(), now.completed()),
				risen(then.retried(), now.retried()), risen(then.dead(), now.dead()), 0);
	}

	private static long risen(long before, long now) {
		return Math.max(0, now - before);
	}

	/**
	 * A shard that is out of use lacks in the sums: when it is back, nothing has
	 * happened.
	 */
	private static TaskTotals greatest(TaskTotals one, TaskTotals other) {
		return new TaskTotals(one.queue(), one.task(), Math.max(one.enqueued(), other.enqueued()),
				Math.max(one.completed(), other.completed()), Math.max(one.retried(), other.retried()),
				Math.max(one.dead(), other.dead()));
	}

}
