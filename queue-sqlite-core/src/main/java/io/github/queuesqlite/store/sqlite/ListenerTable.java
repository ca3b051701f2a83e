package io.github.queuesqlite.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.listen.ListenStore.Cursor;
import io.github.queuesqlite.listen.ListenStore.CursorOwner;
import io.github.queuesqlite.listen.ListenStore.HeldKey;
import io.github.queuesqlite.listen.ListenStore.Progress;
import org.jspecify.annotations.Nullable;

/** The tables {@code listener} and {@code held_key}. */
final class ListenerTable {

	private static final String DECLARE = """
			INSERT INTO listener (name, position, replay_to)
			VALUES (?1, iif(?2, 0, ?3), iif(?2, ?3, 0))
			ON CONFLICT (name) DO UPDATE
			SET undeclared_since = NULL
			WHERE undeclared_since IS NOT NULL""";

	private static final String OWNER = """
			SELECT owner
			FROM listener
			WHERE name = ?1""";

	private static final String TAKE = """
			UPDATE listener
			SET owner = ?2
			WHERE name = ?1
			  AND owner IS ?3""";

	private static final String CURSOR = """
			SELECT position, replay_to
			FROM listener
			WHERE name = ?1""";

	private static final String HELD = """
			SELECT key, position, attempts, parked, error
			FROM held_key
			WHERE listener = ?1""";

	private static final String SAVE = """
			UPDATE listener
			SET position = max(position, ?3)
			WHERE name = ?1
			  AND owner = ?2""";

	private static final String HOLD = """
			INSERT INTO held_key (listener, key, position, attempts, parked, error)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6)
			ON CONFLICT (listener, key) DO UPDATE
			SET position = excluded.position, attempts = excluded.attempts,
			    parked = excluded.parked, error = excluded.error""";

	private static final String FREE = """
			DELETE FROM held_key
			WHERE listener = ?1
			  AND key = ?2""";

	private static final String RELEASE = """
			UPDATE listener
			SET owner = NULL
			WHERE name = ?1
			  AND owner = ?2""";

	private static final String ALL = """
			SELECT name, owner
			FROM listener""";

	private static final String NOTE_DECLARED = """
			UPDATE listener
			SET undeclared_since = NULL
			WHERE name = ?1
			  AND undeclared_since IS NOT NULL""";

	private static final String NOTE_UNDECLARED = """
			UPDATE listener
			SET undeclared_since = ?2
			WHERE name = ?1
			  AND undeclared_since IS NULL""";

	private static final String DROP_HELD = """
			DELETE FROM held_key
			WHERE listener IN (SELECT name FROM listener WHERE undeclared_since < ?1)""";

	private static final String DROP = """
			DELETE FROM listener
			WHERE undeclared_since < ?1""";

	private ListenerTable() {
	}

	static void declare(Statements statements, String listener, boolean replay) throws SQLException {
		statements.update(DECLARE, listener, replay, ChangeTable.latest(statements));
	}

	/** Returns the owner; null when there is none. */
	static @Nullable Long owner(Statements statements, String listener) throws SQLException {
		return statements.number(OWNER, listener);
	}

	/** Changes the owner, if it is still the one that was seen. */
	static boolean take(Statements statements, String listener, long epoch, @Nullable Long seen) throws SQLException {
		return statements.update(TAKE, listener, epoch, seen) == 1;
	}

	static Cursor cursor(Statements statements, String listener) throws SQLException {
		List<HeldKey> held = new ArrayList<>();
		statements.each((row) -> held.add(held(row)), HELD, listener);
		try (ResultSet row = statements.bind(CURSOR, listener).executeQuery()) {
			if (!row.next()) {
				throw new SQLException("Listener '" + listener + "' has no cursor");
			}
			return new Cursor(row.getLong(1), row.getLong(2), held);
		}
	}

	private static HeldKey held(ResultSet row) throws SQLException {
		return new HeldKey(row.getString(1), row.getLong(2), row.getInt(3), row.getBoolean(4), row.getString(5));
	}

	static boolean save(Statements statements, String listener, long epoch, Progress progress) throws SQLException {
		if (statements.update(SAVE, listener, epoch, progress.position()) == 0) {
			return false;
		}
		for (HeldKey held : progress.held()) {
			statements.update(HOLD, listener, held.key(), held.position(), held.attempts(), held.parked(),
					held.error());
		}
		for (String key : progress.freed()) {
			statements.update(FREE, listener, key);
		}
		return true;
	}

	static void release(Statements statements, String listener, long epoch) throws SQLException {
		statements.update(RELEASE, listener, epoch);
	}

	static List<CursorOwner> all(Statements statements) throws SQLException {
		List<CursorOwner> cursors = new ArrayList<>();
		statements.each((row) -> cursors.add(new CursorOwner(row.getString(1), Statements.nullableLong(row, 2))), ALL);
		return cursors;
	}

	static void noteDeclared(Statements statements, String listener) throws SQLException {
		statements.update(NOTE_DECLARED, listener);
	}

	static void noteUndeclared(Statements statements, String listener, long now) throws SQLException {
		statements.update(NOTE_UNDECLARED, listener, now);
	}

	/** Drops cursors without a listener since before then. */
	static int drop(Statements statements, long before) throws SQLException {
		statements.update(DROP_HELD, before);
		return statements.update(DROP, before);
	}

}
