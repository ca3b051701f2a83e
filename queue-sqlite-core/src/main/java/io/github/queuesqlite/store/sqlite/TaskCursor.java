package io.github.queuesqlite.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Goes through the ready messages of one task in claim order; cursors compare by the
 * message they stand at, best first.
 */
final class TaskCursor implements Comparable<TaskCursor>, AutoCloseable {

	private final String task;

	private final ResultSet rows;

	private int seen;

	private long id;

	private int priority;

	private long seq;

	TaskCursor(String task, ResultSet rows) {
		this.task = task;
		this.rows = rows;
	}

	/** Goes to the next message; false when there is none. */
	boolean next() throws SQLException {
		if (!this.rows.next()) {
			return false;
		}
		this.seen++;
		this.id = this.rows.getLong(1);
		this.priority = this.rows.getInt(2);
		this.seq = this.rows.getLong(3);
		return true;
	}

	String task() {
		return this.task;
	}

	/** The message it stands at. */
	long id() {
		return this.id;
	}

	/** Whether the task has no ready message at all. */
	boolean isEmpty() {
		return this.seen == 0;
	}

	@Override
	public void close() throws SQLException {
		this.rows.close();
	}

	@Override
	public int compareTo(TaskCursor other) {
		int byPriority = Integer.compare(other.priority, this.priority);
		if (byPriority != 0) {
			return byPriority;
		}
		int bySeq = Long.compare(this.seq, other.seq);
		return (bySeq != 0) ? bySeq : Long.compare(this.id, other.id);
	}

}
