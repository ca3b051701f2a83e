package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;

import org.jspecify.annotations.Nullable;

/**
 * Counts the write-ahead logs of a file, to notice when somebody puts an older copy of
 * the file and its log in their place while they are in use: SQLite goes on with what it
 * finds. Each log has salts of its own. The first transaction that meets new ones stores
 * them with the next number; that number only rises.
 * <p>
 * An older copy that has the same log is noticed by {@link LogFrames}.
 * <p>
 * <b>Threads:</b> the writer's.
 */
final class LogNumbers {

	private final Statements statements;

	private final LogFrames frames;

	private final String select;

	private final String update;

	/** The greatest that was seen, or committed. */
	private Stored known = new Stored(-1, 0);

	/** Whether a log was seen that came after that. */
	private boolean passed;

	/** What this transaction stores; null for nothing. */
	private @Nullable Stored stored;

	/**
	 * Creates numbers that are kept in a table.
	 * @param statements of the writing connection
	 * @param frames looks at the log
	 * @param table has one row
	 */
	LogNumbers(Statements statements, LogFrames frames, String table) {
		this.statements = statements;
		this.frames = frames;
		this.select = "SELECT log_number, log_salts FROM " + table + " WHERE id = 1";
		this.update = "UPDATE " + table + " SET log_number = ?1, log_salts = ?2 WHERE id = 1";
	}

	/**
	 * Numbers the log that the latest look has found, within a transaction that writes
	 * alone.
	 * @throws SQLException also when the file is older than it was
	 */
	void number() throws SQLException {
		long salts = this.frames.salts();
		if (salts == this.known.salts() || salts == 0) {
			return;
		}
		if (this.frames.readSalts() != salts) {
			// Begun anew since then: the next look finds it.
			return;
		}
		Stored found = find();
		if (found.salts() != salts) {
			this.stored = new Stored(found.number() + 1, salts);
			this.statements.update(this.update, this.stored.number(), salts);
		}
	}

	void committed() {
		if (this.stored != null) {
			this.known = this.stored;
			this.passed = false;
			this.stored = null;
		}
	}

	void rolledBack() {
		this.stored = null;
	}

	/**
	 * Compares what is there with what was, after a look.
	 * @throws SQLException also when the file is older than it was
	 */
	void check() throws SQLException {
		long salts = this.frames.salts();
		if (salts == 0) {
			return;
		}
		if (salts != this.known.salts()) {
			find();
		}
		else if (this.passed) {
			throw SqliteFault.olderCopy();
		}
	}

	private Stored find() throws SQLException {
		Stored[] found = { this.known };
		this.statements.each((row) -> found[0] = new Stored(row.getLong(1), row.getLong(2)), this.select);
		if (found[0].number() < this.known.number()) {
			throw SqliteFault.olderCopy();
		}
		this.known = found[0];
		this.passed = this.known.salts() != this.frames.salts();
		return this.known;
	}

	/**
	 * What a file says of its log.
	 *
	 * @param number its number
	 * @param salts its salts
	 */
	private record Stored(long number, long salts) {

	}

}
