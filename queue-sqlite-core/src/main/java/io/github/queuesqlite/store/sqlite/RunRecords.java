package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.github.queuesqlite.message.LogEntry;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.Progress;
import io.github.queuesqlite.store.RunKey;
import io.github.queuesqlite.store.RunReport;
import io.github.queuesqlite.store.StoreListener;
import io.github.queuesqlite.store.StoredStep;

/**
 * Statements on the tables {@code step}, {@code progress} and {@code log_entry}: what the
 * handlers of messages have done and said. Reads nothing at the end of messages while
 * there is none.
 */
final class RunRecords {

	/** What goes with a message: its tables, and their columns. */
	static final Map<String, String> TABLES = Map.of("step", "message_id, position, name, checksum, codec, value",
			"progress", "message_id, fraction, text, reported_at", "log_entry",
			"message_id, number, attempt, logged_at, text");

	static final String IS_ANY = "EXISTS (SELECT 1 FROM step) OR EXISTS (SELECT 1 FROM progress)"
			+ " OR EXISTS (SELECT 1 FROM log_entry)";

	private static final String ADD_STEP = """
			INSERT INTO step (message_id, position, name, checksum, codec, value)
			SELECT id, ?4, ?5, ?6, ?7, ?8 FROM message
			WHERE id = ?1 AND +owner = ?2 AND run = ?3 AND +state = 30
			ON CONFLICT (message_id, position) DO NOTHING""";

	private static final String STEPS = """
			SELECT position, name, checksum, codec, value FROM step WHERE message_id = ?1 ORDER BY position""";

	private static final String IS_OWN = "SELECT 1 FROM message WHERE id = ?1 AND +owner = ?2 AND run = ?3";

	private static final String SET_PROGRESS = """
			INSERT OR REPLACE INTO progress (message_id, fraction, text, reported_at) VALUES (?1, ?2, ?3, ?4)""";

	private static final String PROGRESS = """
			SELECT message_id, fraction, text, reported_at FROM progress
			WHERE message_id IN (SELECT value FROM json_each(?1))""";

	private static final String ADD_ENTRY = """
			INSERT INTO log_entry (message_id, number, attempt, logged_at, text)
			SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4 FROM log_entry WHERE message_id = ?1""";

	private static final String CUT_LOG = """
			DELETE FROM log_entry
			WHERE message_id = ?1 AND number <= (SELECT max(number) FROM log_entry WHERE message_id = ?1) - ?2""";

	private static final String LOG = """
			SELECT attempt, logged_at, text FROM log_entry WHERE message_id = ?1 ORDER BY number""";

	private static final String DELETE = "DELETE FROM %s WHERE message_id IN (SELECT value FROM json_each(?1))";

	private final Statements statements;

	private final ShardBooks books;

	private final boolean keepsCompleted;

	private final Checksum checksum = new Checksum();

	/**
	 * Creates it.
	 * @param keepsCompleted whether COMPLETED messages stay in the file
	 */
	RunRecords(Statements statements, ShardBooks books, boolean keepsCompleted) {
		this.statements = statements;
		this.books = books;
		this.keepsCompleted = keepsCompleted;
	}

	/** Adds a step of a run; false when the run is lost. */
	boolean add(RunKey key, StoredStep step) throws SQLException {
		long sum = this.checksum.ofStep(key.id(), step);
		boolean added = this.statements.update(ADD_STEP, key.id(), key.epoch(), key.run(), step.position(), step.name(),
				sum, step.codec(), step.value()) == 1;
		if (added) {
			this.books.recorded();
		}
		return added;
	}

	static List<StoredStep> steps(Statements statements, long id) throws SQLException {
		List<StoredStep> steps = new ArrayList<>();
		Checksum checksum = new Checksum();
		statements.each((row) -> {
			StoredStep step = new StoredStep(row.getInt(1), row.getString(2), row.getString(4), row.getBytes(5), false);
			boolean damaged = checksum.ofStep(id, step) != row.getLong(3);
			steps.add(new StoredStep(step.position(), step.name(), step.codec(), step.value(), damaged));
		}, STEPS, id);
		return steps;
	}

	/**
	 * Notes what a run says, also just after it has ended; false when it is somebody
	 * else's by now.
	 */
	boolean report(RunKey key, RunReport report) throws SQLException {
		if (this.statements.number(IS_OWN, key.id(), key.epoch(), key.run()) == null) {
			return false;
		}
		Progress progress = report.progress();
		if (progress != null) {
			this.statements.update(SET_PROGRESS, key.id(), progress.fraction(), progress.text(),
					progress.at().toEpochMilli());
		}
		for (LogEntry entry : report.entries()) {
			this.statements.update(ADD_ENTRY, key.id(), entry.attempt(), entry.at().toEpochMilli(), entry.text());
		}
		if (!report.entries().isEmpty()) {
			this.statements.update(CUT_LOG, key.id(), RunReport.MOST_ENTRIES);
		}
		this.books.recorded();
		return true;
	}

	static Map<Long, Progress> progress(Statements statements, String ids) throws SQLException {
		Map<Long, Progress> found = new HashMap<>();
		statements.each(
				(row) -> found.put(row.getLong(1),
						new Progress(row.getDouble(2), row.getString(3), Instant.ofEpochMilli(row.getLong(4)))),
				PROGRESS, ids);
		return found;
	}

	static List<LogEntry> log(Statements statements, long id) throws SQLException {
		List<LogEntry> entries = new ArrayList<>();
		statements.each((row) -> entries.add(new LogEntry(row.getInt(1), Instant.ofEpochMilli(row.getLong(2)),
				Objects.requireNonNull(row.getString(3)))), LOG, id);
		return entries;
	}

	/** Messages have ended, or were deleted. */
	void ended(List<StoreListener.Ended> messages) throws SQLException {
		if (!this.books.isAnyRecorded() || messages.isEmpty()) {
			return;
		}
		List<Long> completed = new ArrayList<>();
		List<Long> gone = new ArrayList<>();
		for (StoreListener.Ended message : messages) {
			if (message.state() == null || (message.state() == MessageState.COMPLETED && !this.keepsCompleted)) {
				gone.add(message.id());
			}
			else if (message.state() == MessageState.COMPLETED) {
				completed.add(message.id());
			}
		}
		if (!completed.isEmpty()) {
			this.statements.update(DELETE.formatted("step"), LongJson.of(completed));
		}
		if (!gone.isEmpty()) {
			deleted(LongJson.of(gone));
		}
	}

	/** Messages are gone from the file. */
	void deleted(String ids) throws SQLException {
		if (this.books.isAnyRecorded()) {
			for (String table : TABLES.keySet()) {
				this.statements.update(DELETE.formatted(table), ids);
			}
		}
	}

}
