package io.github.queuesqlite.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.listen.ListenStore.Page;
import io.github.queuesqlite.listen.ListenStore.StoredChange;
import org.jspecify.annotations.Nullable;

/** The table {@code change}, the log, and the values that stand in for its lost part. */
final class ChangeTable {

	/** A page ends after so many changes or bytes. */
	private static final int PAGE_ROWS = 256;

	private static final long PAGE_BYTES = 4L * 1024 * 1024;

	private static final String APPEND = """
			INSERT INTO change (key, version, at, old_codec, codec, old_value, value)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
			RETURNING seq""";

	static final String LATEST = """
			SELECT max(coalesce((SELECT max(seq) FROM change), 0), pruned_to)
			FROM change_log""";

	private static final String PRUNED_TO = "SELECT pruned_to FROM change_log";

	private static final String READ = """
			SELECT seq, key, version, at, codec, value, old_codec, old_value
			FROM change
			WHERE seq > ?1
			  AND seq <= ?2
			  AND EXISTS (SELECT 1 FROM json_each(?3) AS pattern WHERE change.key GLOB pattern.value)
			ORDER BY seq
			LIMIT ?4""";

	/** Values removed before a listener existed are nothing to it. */
	private static final String READ_VALUES = """
			SELECT seq, key, version, at, codec, value, NULL, NULL
			FROM listen_value
			WHERE seq > ?1
			  AND seq <= ?2
			  AND (codec IS NOT NULL OR seq > ?5)
			  AND EXISTS (SELECT 1 FROM json_each(?3) AS pattern WHERE listen_value.key GLOB pattern.value)
			ORDER BY seq
			LIMIT ?4""";

	private static final String READ_KEY = """
			SELECT seq, key, version, at, codec, value, old_codec, old_value
			FROM change
			WHERE key = ?1
			  AND seq > ?2
			  AND seq <= ?3
			ORDER BY seq
			LIMIT ?4""";

	private static final String READ_KEY_VALUE = """
			SELECT seq, key, version, at, codec, value, NULL, NULL
			FROM listen_value
			WHERE key = ?1
			  AND seq > ?2
			  AND seq <= ?3
			LIMIT ?4""";

	private static final String OLDEST = """
			SELECT seq, at
			FROM change
			ORDER BY seq
			LIMIT ?1""";

	private static final String PRUNE = """
			DELETE FROM change
			WHERE seq <= ?1""";

	private static final String NOTE_PRUNED = """
			UPDATE change_log
			SET pruned_to = ?1""";

	private ChangeTable() {
	}

	/** Appends a change of a value; returns its number. */
	static long append(Statements statements, ListenValueTable.@Nullable Row old, ListenValueTable.Row now)
			throws SQLException {
		Long seq = statements.number(APPEND, now.key(), now.version(), now.at(), (old != null) ? old.codec() : null,
				now.codec(), (old != null) ? old.value() : null, now.value());
		if (seq == null) {
			throw new SQLException("The change got no number");
		}
		return seq;
	}

	static long latest(Statements statements) throws SQLException {
		Long latest = statements.number(LATEST);
		return (latest != null) ? latest : 0;
	}

	private static long prunedTo(Statements statements) throws SQLException {
		Long prunedTo = statements.number(PRUNED_TO);
		return (prunedTo != null) ? prunedTo : 0;
	}

	/**
	 * Reads what comes after a position. Needs no transaction: the end of the log is read
	 * before its rows, and how far it is pruned after them.
	 */
	static Page read(Statements statements, List<String> patterns, long position, long replayTo) throws SQLException {
		String globs = KeyPatterns.toJson(patterns);
		long prunedTo = prunedTo(statements);
		if (position >= Math.max(prunedTo, replayTo)) {
			long latest = latest(statements);
			Page page = page(statements, latest, false, READ, position, latest, globs, PAGE_ROWS);
			prunedTo = prunedTo(statements);
			if (prunedTo <= position) {
				return page;
			}
		}
		long to = (position < prunedTo) ? Math.max(prunedTo, replayTo) : replayTo;
		return page(statements, to, true, READ_VALUES, position, to, globs, PAGE_ROWS, replayTo);
	}

	static Page readKey(Statements statements, String key, long after, long upTo) throws SQLException {
		long prunedTo = prunedTo(statements);
		if (after >= prunedTo) {
			Page page = page(statements, upTo, false, READ_KEY, key, after, upTo, PAGE_ROWS);
			prunedTo = prunedTo(statements);
			if (prunedTo <= after) {
				return page;
			}
		}
		long to = Math.min(prunedTo, upTo);
		Page page = page(statements, to, true, READ_KEY_VALUE, key, after, to, PAGE_ROWS);
		return new Page(page.changes(), to, to < upTo, true);
	}

	private static Page page(Statements statements, long end, boolean coalesced, String sql,
			@Nullable Object... parameters) throws SQLException {
		List<StoredChange> changes = new ArrayList<>();
		long bytes = 0;
		boolean full = false;
		try (ResultSet rows = statements.bind(sql, parameters).executeQuery()) {
			while (!full && rows.next()) {
				StoredChange change = change(rows);
				changes.add(change);
				bytes += size(change.value()) + size(change.oldValue());
				full = changes.size() == PAGE_ROWS || bytes >= PAGE_BYTES;
			}
		}
		long upTo = full ? changes.get(changes.size() - 1).number() : end;
		// After values come changes, always.
		return new Page(changes, upTo, full || coalesced, coalesced);
	}

	private static StoredChange change(ResultSet row) throws SQLException {
		String codec = row.getString(5);
		String oldCodec = row.getString(7);
		return new StoredChange(row.getLong(1), row.getString(2), row.getLong(3), Instant.ofEpochMilli(row.getLong(4)),
				oldCodec, (oldCodec != null) ? bytes(row, 8) : null, codec, (codec != null) ? bytes(row, 6) : null);
	}

	/** The driver reads and writes no bytes as null. */
	static byte[] bytes(ResultSet row, int column) throws SQLException {
		byte[] bytes = row.getBytes(column);
		return (bytes != null) ? bytes : new byte[0];
	}

	private static long size(byte @Nullable [] bytes) {
		return (bytes != null) ? bytes.length : 0;
	}

	/**
	 * Deletes the oldest changes.
	 * @param olderThan epoch milliseconds
	 * @param keep how many of the latest to keep at most
	 * @param max how many to delete at most
	 * @return how many
	 */
	static int prune(Statements statements, long olderThan, long keep, int max) throws SQLException {
		long surplus = latest(statements) - keep;
		long to = 0;
		try (ResultSet rows = statements.bind(OLDEST, max).executeQuery()) {
			while (rows.next() && (rows.getLong(1) <= surplus || rows.getLong(2) < olderThan)) {
				to = rows.getLong(1);
			}
		}
		if (to == 0) {
			return 0;
		}
		statements.update(NOTE_PRUNED, to);
		return statements.update(PRUNE, to);
	}

}
