package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.queuesqlite.store.Claimer;

/**
 * Remembers which tasks have ready messages, so that a claim looks only where something
 * is: by queue, the tasks not known to be empty, each with the best priority that is
 * ready. What is not remembered is read from the ready index. Paused tasks count as
 * empty.
 */
final class ReadyTasks {

	/** Stands for a best priority that must be read. */
	private static final long UNKNOWN = Long.MAX_VALUE;

	private final Statements statements;

	private final PauseTable pauses;

	private final Map<String, Map<String, Long>> byQueue = new HashMap<>();

	ReadyTasks(Statements statements, PauseTable pauses) {
		this.statements = statements;
		this.pauses = pauses;
	}

	/** A message of any priority is ready. */
	void add(String queue, String task) {
		put(queue, task, UNKNOWN);
	}

	/** A message is ready. */
	void add(String queue, String task, int priority) {
		put(queue, task, priority);
	}

	private void put(String queue, String task, long priority) {
		Map<String, Long> tasks = this.byQueue.get(queue);
		if (tasks != null) {
			tasks.merge(task, priority, Math::max);
		}
	}

	/** Messages of the tasks are ready no more. */
	void claimed(String queue, Collection<String> claimed) {
		Map<String, Long> tasks = this.byQueue.get(queue);
		if (tasks != null) {
			claimed.forEach((task) -> tasks.replace(task, UNKNOWN));
		}
	}

	/** The best priority that is ready; the least int for none. */
	int best(String queue, Set<String> hosted) throws SQLException {
		long best = Integer.MIN_VALUE;
		for (String task : of(queue, hosted)) {
			best = Math.max(best, best(queue, task));
		}
		return (int) best;
	}

	private long best(String queue, String task) throws SQLException {
		Map<String, Long> tasks = ready(queue);
		Long known = tasks.get(task);
		if (known != null && known != UNKNOWN) {
			return known;
		}
		Long read = this.statements.number(MessageTable.BEST_PRIORITY, queue, task);
		if (read == null) {
			tasks.remove(task);
			return Integer.MIN_VALUE;
		}
		tasks.put(task, read);
		return read;
	}

	void remove(String queue, String task) {
		Map<String, Long> tasks = this.byQueue.get(queue);
		if (tasks != null) {
			tasks.remove(task);
		}
	}

	void forget() {
		this.byQueue.clear();
	}

	boolean isAny(String queue, Set<String> hosted) throws SQLException {
		return !of(queue, hosted).isEmpty();
	}

	/** Those that are ready and hosted: goes through whichever are fewer. */
	List<String> of(String queue, Set<String> hosted) throws SQLException {
		Set<String> ready = ready(queue).keySet();
		boolean fewHosted = hosted != Claimer.EVERY_TASK && hosted.size() < ready.size();
		List<String> tasks = new ArrayList<>();
		for (String task : fewHosted ? hosted : ready) {
			if (ready.contains(task) && this.pauses.isClaimable(hosted, task)) {
				tasks.add(task);
			}
		}
		return tasks;
	}

	private Map<String, Long> ready(String queue) throws SQLException {
		Map<String, Long> tasks = this.byQueue.get(queue);
		if (tasks == null) {
			Map<String, Long> read = new HashMap<>();
			this.statements.each((row) -> read.put(row.getString(1), UNKNOWN), MessageTable.READY_TASKS, queue);
			this.byQueue.put(queue, read);
			tasks = read;
		}
		return tasks;
	}

}
