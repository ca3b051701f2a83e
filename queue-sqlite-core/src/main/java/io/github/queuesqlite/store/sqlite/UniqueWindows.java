package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.ReservedKey;
import io.github.queuesqlite.store.StoreListener;
import io.github.queuesqlite.store.Terms;
import org.jspecify.annotations.Nullable;

/**
 * Statements on the table {@code unique_window}: unique keys that stay taken for a time
 * after their message was enqueued, or has ended, whether it is kept or not.
 */
final class UniqueWindows {

	/** Relocation: all of them. */
	static final String ALL = "SELECT task, unique_key, message_id, after_end, taken_until FROM unique_window";

	/** Relocation: one that is not known there. */
	static final String ADD = """
			INSERT OR IGNORE INTO unique_window (task, unique_key, message_id, after_end, taken_until)
			VALUES (?1, ?2, ?3, ?4, ?5)""";

	static final String REMOVE = "DELETE FROM unique_window WHERE task = ?1 AND unique_key = ?2";

	private static final String IS_ANY = "SELECT 1 FROM unique_window LIMIT 1";

	private static final String HOLDER = """
			SELECT message_id FROM unique_window
			WHERE task = ?1 AND unique_key = ?2 AND message_id <> ?3 AND taken_until > ?4""";

	private static final String PUT = """
			INSERT OR REPLACE INTO unique_window (task, unique_key, message_id, after_end, taken_until)
			VALUES (?1, ?2, ?3, ?4, ?5)""";

	private static final String END = """
			UPDATE unique_window SET taken_until = ?1 + after_end
			WHERE message_id IN (SELECT value FROM json_each(?2)) AND after_end IS NOT NULL""";

	private static final String DELETE = """
			DELETE FROM unique_window WHERE message_id IN (SELECT value FROM json_each(?1))""";

	private static final String SWEEP = """
			DELETE FROM unique_window
			WHERE (task, unique_key) IN (
			    SELECT task, unique_key FROM unique_window
			    WHERE taken_until IS NOT NULL AND taken_until <= ?1
			    ORDER BY taken_until LIMIT ?2)""";

	static final String FIRST_END = "SELECT min(taken_until) FROM unique_window WHERE taken_until IS NOT NULL";

	private final Statements statements;

	/** Whether there is any, as of this insert; null when nobody has looked. */
	private @Nullable Boolean any;

	UniqueWindows(Statements statements) {
		this.statements = statements;
	}

	/** An insert begins: what was known counts no more. */
	void begin() {
		this.any = null;
	}

	/**
	 * The message, ended or not, for which a new one's unique key is taken; 0 for none.
	 */
	long holder(Insertion row, long now) throws SQLException {
		String uniqueKey = row.keys().uniqueKey();
		if (uniqueKey == null) {
			return 0;
		}
		if (this.any == null) {
			this.any = this.statements.number(IS_ANY) != null;
		}
		return this.any ? holder(new ReservedKey(row.task(), uniqueKey), row.id(), now) : 0;
	}

	/** The message, other than one, for which a unique key is taken; 0 for none. */
	long holder(ReservedKey key, long messageId, long now) throws SQLException {
		if (key.task() == null) {
			return 0;
		}
		Long holder = this.statements.number(HOLDER, key.task(), key.key(), messageId, now);
		return (holder != null) ? holder : 0;
	}

	/** A message was inserted: its key is its own. */
	void inserted(Insertion row) throws SQLException {
		Terms.Window window = row.terms().window();
		if (window != null) {
			this.statements.update(PUT, row.task(), row.keys().uniqueKey(), row.id(), window.afterEnd(),
					window.takenUntil());
			this.any = true;
		}
	}

	/** Messages have ended, or were deleted: then nothing is left of them. */
	void ended(List<StoreListener.Ended> messages, long now) throws SQLException {
		if (messages.isEmpty() || this.statements.number(IS_ANY) == null) {
			return;
		}
		List<Long> ended = new ArrayList<>();
		List<Long> deleted = new ArrayList<>();
		messages.forEach((message) -> ((message.state() != null) ? ended : deleted).add(message.id()));
		if (!ended.isEmpty()) {
			this.statements.update(END, now, LongJson.of(ended));
		}
		if (!deleted.isEmpty()) {
			this.statements.update(DELETE, LongJson.of(deleted));
		}
	}

	/** Forgets those whose time is over, at most so many. */
	int sweep(int max, long now) throws SQLException {
		return this.statements.update(SWEEP, now, max);
	}

	/**
	 * A window as it is stored.
	 *
	 * @param key the key
	 * @param messageId whose it is
	 * @param afterEnd null when only a time counts
	 * @param takenUntil null while its message lives
	 */
	record Stored(ReservedKey key, long messageId, @Nullable Long afterEnd, @Nullable Long takenUntil) {

		void addTo(Statements statements) throws SQLException {
			statements.update(ADD, this.key.task(), this.key.key(), this.messageId, this.afterEnd, this.takenUntil);
		}

		void removeFrom(Statements statements) throws SQLException {
			statements.update(REMOVE, this.key.task(), this.key.key());
		}

		static List<Stored> all(Statements statements) throws SQLException {
			List<Stored> all = new ArrayList<>();
			statements.each((row) -> all.add(new Stored(new ReservedKey(row.getString(1), row.getString(2)),
					row.getLong(3), Statements.nullableLong(row, 4), Statements.nullableLong(row, 5))), ALL);
			return all;
		}

	}

}
