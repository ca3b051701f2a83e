package io.github.queuesqlite.store;

import java.sql.SQLException;
import java.util.List;

/**
 * When to look at the write-ahead log: asking for its size costs a statement, so not
 * after each small commit.
 * <p>
 * <b>Threads:</b> used by whoever has the baton, one at a time.
 */
final class LogTrim {

	/**
	 * About how much a commit adds to the log beside its rows: the pages of counters and
	 * indexes.
	 */
	private static final long COMMIT_BYTES = 32 * 1024;

	private static final long ROW_BYTES = 1024;

	/** What may be written before the size of the log is asked for again. */
	private static final long TRIM_BYTES = 1024 * 1024;

	private final Session session;

	private long written;

	private boolean untrimmed;

	LogTrim(Session session) {
		this.session = session;
	}

	/**
	 * Returns about how much a commit adds to the log.
	 * @param rows how many it changes
	 * @param bytes what they carry
	 */
	static long growth(int rows, long bytes) {
		return COMMIT_BYTES + rows * ROW_BYTES + bytes;
	}

	/** Notes a commit, and about how much it wrote. */
	<S> void committed(List<Command<S>> batch, int rows) {
		this.untrimmed = true;
		long bytes = 0;
		for (Command<S> command : batch) {
			bytes += command.bytes();
		}
		this.written += growth(rows, bytes);
	}

	/** Returns whether enough was written for a look. */
	boolean isDue() {
		return this.written >= TRIM_BYTES;
	}

	/** Returns whether something was committed since the log was emptied at leisure. */
	boolean isWantedWhenIdle() {
		return this.untrimmed;
	}

	/**
	 * Keeps the log short.
	 * @param idle whether there is time for it
	 * @return why new messages must be refused; empty when they need not be
	 * @throws SQLException if the file cannot be written
	 */
	String trim(boolean idle) throws SQLException {
		this.written = 0;
		String reason = this.session.trim(idle);
		if (idle) {
			this.untrimmed = false;
		}
		return reason;
	}

}
