package io.github.queuesqlite.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.listen.ListenStore.StoredValue;
import org.jspecify.annotations.Nullable;

/** The table {@code listen_value}. */
final class ListenValueTable {

	private static final String FIND = """
			SELECT key, version, at, codec, value
			FROM listen_value
			WHERE key = ?1""";

	private static final String FIND_ALL = """
			SELECT key, version, at, codec, value
			FROM listen_value
			WHERE codec IS NOT NULL
			ORDER BY key""";

	private static final String KEYS = """
			SELECT key
			FROM listen_value
			WHERE codec IS NOT NULL
			ORDER BY key""";

	private static final String COUNT = """
			SELECT count(*)
			FROM listen_value
			WHERE codec IS NOT NULL""";

	private static final String SET = """
			INSERT INTO listen_value (key, version, seq, at, codec, value)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6)
			ON CONFLICT (key) DO UPDATE
			SET version = excluded.version, seq = excluded.seq, at = excluded.at,
			    codec = excluded.codec, value = excluded.value""";

	/** A removed value must stay until every listener and held key is past it. */
	private static final String FORGET_REMOVED = """
			DELETE FROM listen_value
			WHERE seq IN (
			  SELECT seq FROM listen_value
			  WHERE codec IS NULL
			    AND seq <= (SELECT pruned_to FROM change_log)
			    AND seq <= coalesce((SELECT min(position) FROM listener), seq)
			    AND seq <= coalesce((SELECT min(position) FROM held_key), seq)
			  ORDER BY seq
			  LIMIT ?1)
			RETURNING version""";

	private static final String RAISE_FLOOR = """
			UPDATE change_log
			SET version_floor = max(version_floor, ?1)""";

	private static final String FLOOR = "SELECT version_floor FROM change_log";

	private ListenValueTable() {
	}

	/** Reads a row, also of a removed value; null when there is none. */
	static @Nullable Row find(Statements statements, String key) throws SQLException {
		try (ResultSet rows = statements.bind(FIND, key).executeQuery()) {
			return rows.next() ? row(rows) : null;
		}
	}

	static List<StoredValue> findAll(Statements statements) throws SQLException {
		List<StoredValue> values = new ArrayList<>();
		statements.each((row) -> {
			StoredValue value = row(row).toValue();
			if (value != null) {
				values.add(value);
			}
		}, FIND_ALL);
		return values;
	}

	static List<String> keys(Statements statements) throws SQLException {
		List<String> keys = new ArrayList<>();
		statements.each((row) -> keys.add(row.getString(1)), KEYS);
		return keys;
	}

	static long count(Statements statements) throws SQLException {
		Long count = statements.number(COUNT);
		return (count != null) ? count : 0;
	}

	/** Sets a value; codec and value are null for a removed one. */
	static void set(Statements statements, Row row, long seq) throws SQLException {
		statements.update(SET, row.key, row.version, seq, row.at, row.codec, row.value);
	}

	/** Forgets keys whose removal nobody has to be told any more. */
	static void forgetRemoved(Statements statements, int max) throws SQLException {
		long[] floor = { 0 };
		statements.each((row) -> floor[0] = Math.max(floor[0], row.getLong(1)), FORGET_REMOVED, max);
		if (floor[0] > 0) {
			statements.update(RAISE_FLOOR, floor[0]);
		}
	}

	/** Returns the version of a key that has no row. */
	static long floor(Statements statements) throws SQLException {
		Long floor = statements.number(FLOOR);
		return (floor != null) ? floor : 0;
	}

	private static Row row(ResultSet row) throws SQLException {
		String codec = row.getString(4);
		return new Row(row.getString(1), row.getLong(2), row.getLong(3), codec,
				(codec != null) ? ChangeTable.bytes(row, 5) : null);
	}

	/**
	 * A row.
	 *
	 * @param key the key
	 * @param version its version
	 * @param at when it was set or removed, epoch milliseconds
	 * @param codec null when it was removed
	 * @param value null when it was removed
	 */
	record Row(String key, long version, long at, @Nullable String codec, byte @Nullable [] value) {

		@Nullable StoredValue toValue() {
			return (this.codec != null && this.value != null)
					? new StoredValue(this.key, this.version, Instant.ofEpochMilli(this.at), this.codec, this.value)
					: null;
		}

	}

}
