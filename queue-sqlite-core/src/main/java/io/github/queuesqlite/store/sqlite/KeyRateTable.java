package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.store.sqlite.CrowdTable.Crowd;
import io.github.queuesqlite.task.RateLimit;
import org.jspecify.annotations.Nullable;

/**
 * Statements on the tables {@code key_rate} and {@code key_bucket}: how many messages of
 * a task may begin in how long for each concurrency key, and what there is for each key.
 * A bucket that is full has no row.
 */
final class KeyRateTable {

	static final String IS_ANY = "EXISTS (SELECT 1 FROM key_rate)";

	static final String NEXT = "SELECT min(next_at) FROM key_bucket WHERE next_at IS NOT NULL";

	static final String DUE = """
			SELECT task, concurrency_key FROM key_bucket WHERE next_at <= ?1
			ORDER BY next_at
			LIMIT ?2""";

	/** Whether a message of a task waits for nothing but a token. */
	static final String WAITS = """
			SELECT 1 FROM key_bucket
			WHERE task = ?1 AND next_at IS NOT NULL AND concurrency_key NOT IN (SELECT name FROM paused_key)
			    AND EXISTS (
			        SELECT 1 FROM crowd
			        WHERE crowd.task = key_bucket.task AND crowd.concurrency_key = key_bucket.concurrency_key
			            AND phase = 0)
			LIMIT 1""";

	static final String BUCKET = """
			SELECT coalesce(chosen, declared), period, parts, at, next_at
			FROM key_rate LEFT JOIN key_bucket ON key_bucket.task = key_rate.task AND concurrency_key = ?2
			WHERE key_rate.task = ?1""";

	static final String PUT = """
			INSERT INTO key_bucket (task, concurrency_key, parts, at, next_at) VALUES (?1, ?2, ?3, ?4, ?5)
			ON CONFLICT (task, concurrency_key) DO UPDATE SET
				parts = excluded.parts, at = excluded.at, next_at = excluded.next_at""";

	static final String REMOVE = "DELETE FROM key_bucket WHERE task = ?1 AND concurrency_key = ?2";

	private static final String IS_RATED = "SELECT 1 FROM key_rate WHERE task = ?1";

	private static final String PERIOD = "SELECT period FROM key_rate WHERE task = ?1";

	// What was chosen was chosen for the period that was.
	private static final String DECLARE = """
			INSERT INTO key_rate (task, declared, period) VALUES (?1, ?2, ?3)
			ON CONFLICT (task) DO UPDATE SET
				declared = excluded.declared, period = excluded.period,
				chosen = CASE WHEN period = excluded.period THEN chosen END
			WHERE declared <> excluded.declared OR period <> excluded.period""";

	// A token of another period has other parts. No change gives anything.
	private static final String EMPTY = "UPDATE key_bucket SET parts = 0, at = ?2 WHERE task = ?1";

	private static final String DECLARE_NONE = "DELETE FROM key_rate WHERE task = ?1";

	private static final String REMOVE_ALL = "DELETE FROM key_bucket WHERE task = ?1";

	private static final String CHANGE = "UPDATE key_rate SET chosen = ?2 WHERE task = ?1";

	private final Statements statements;

	KeyRateTable(Statements statements) {
		this.statements = statements;
	}

	boolean isRated(String task) throws SQLException {
		return this.statements.number(IS_RATED, task) != null;
	}

	/** Returns what there is for a key; null when its task has no rate. */
	@Nullable KeyBucket bucket(Crowd crowd, long now) throws SQLException {
		@Nullable KeyBucket[] found = { null };
		this.statements.each((row) -> {
			Long parts = Statements.nullableLong(row, 3);
			found[0] = (parts != null)
					? new KeyBucket(new TokenBucket(row.getLong(1), row.getLong(2), parts, row.getLong(4)),
							Statements.nullableLong(row, 5), true, now)
					: new KeyBucket(TokenBucket.full(row.getLong(1), row.getLong(2), now), null, false, now);
		}, BUCKET, crowd.task(), crowd.key());
		return found[0];
	}

	void put(Crowd crowd, TokenBucket bucket, @Nullable Long nextAt) throws SQLException {
		this.statements.update(PUT, crowd.task(), crowd.key(), bucket.parts(), bucket.at(), nextAt);
	}

	void remove(Crowd crowd) throws SQLException {
		this.statements.update(REMOVE, crowd.task(), crowd.key());
	}

	/** Returns whose time has come. */
	List<Crowd> due(long now, int max) throws SQLException {
		List<Crowd> due = new ArrayList<>();
		this.statements.each((row) -> due.add(new Crowd(row.getString(1), row.getString(2))), DUE, now, max);
		return due;
	}

	/** Sets a rate; returns whether it is another one than it was. */
	boolean declare(String task, RateLimit rate, long now) throws SQLException {
		long period = rate.period().toMillis();
		Long before = this.statements.number(PERIOD, task);
		if (before != null && before != period) {
			this.statements.update(EMPTY, task, now);
		}
		return this.statements.update(DECLARE, task, rate.count(), period) > 0;
	}

	/** As above, any number may begin. */
	boolean declareNone(String task) throws SQLException {
		this.statements.update(REMOVE_ALL, task);
		return this.statements.update(DECLARE_NONE, task) > 0;
	}

	/** Changes a rate, if there is one; null for what is declared. */
	boolean change(String task, @Nullable Integer count) throws SQLException {
		return this.statements.update(CHANGE, task, count) > 0;
	}

}
