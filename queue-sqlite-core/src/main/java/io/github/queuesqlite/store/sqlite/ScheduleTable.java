package io.github.queuesqlite.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import io.github.queuesqlite.store.StoredSchedule;
import org.jspecify.annotations.Nullable;

/** Statements on the tables {@code schedule} and {@code declaration}. */
final class ScheduleTable {

	private static final String FIRES = """
			next_at IS NOT NULL
			    AND (declared = 0 OR EXISTS (SELECT 1 FROM declaration WHERE declaration.name = schedule.name))""";

	/** When the next one is due. One that nobody declares any more is not. */
	static final String NEXT = "(SELECT next_at FROM schedule WHERE " + FIRES + " ORDER BY next_at LIMIT 1)";

	private static final String COLUMNS = """
			SELECT name, revision, declared, paused, definition, codec, payload, anchor, next_at, latest_at, latest_id,
			    fired, skipped, missed,
			    (SELECT group_concat(epoch) FROM declaration WHERE declaration.name = schedule.name)
			FROM schedule""";

	static final String ALL = COLUMNS + " ORDER BY name";

	static final String FIND = COLUMNS + " WHERE name = ?1";

	static final String DUE = COLUMNS + " WHERE next_at <= ?1 AND " + FIRES + " ORDER BY next_at LIMIT ?2";

	/** Also from another shard: what is known here is as new. */
	static final String ADD = """
			INSERT INTO schedule (name, revision, declared, paused, definition, codec, payload, anchor, next_at,
			    latest_at, latest_id, fired, skipped, missed)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
			ON CONFLICT (name) DO NOTHING""";

	private static final String CHANGE = """
			UPDATE schedule SET revision = revision + 1, declared = ?3, paused = ?4, definition = ?5, codec = ?6,
			    payload = ?7, anchor = ?8, next_at = ?9
			WHERE name = ?1 AND revision = ?2""";

	private static final String FIRED = """
			UPDATE schedule SET revision = revision + 1, next_at = ?3, latest_at = coalesce(?4, latest_at),
			    latest_id = coalesce(?5, latest_id), fired = fired + ?6, skipped = skipped + ?7, missed = missed + ?8
			WHERE name = ?1 AND revision = ?2""";

	/** Relocation: it is elsewhere. */
	static final String REMOVE = "DELETE FROM schedule WHERE name = ?1";

	private static final String DELETE = "DELETE FROM schedule WHERE name = ?1 AND revision = ?2";

	static final String DECLARE = "INSERT OR IGNORE INTO declaration (name, epoch) VALUES (?1, ?2)";

	private static final String UNDECLARE = "DELETE FROM declaration WHERE name = ?1 AND epoch = ?2";

	private static final String UNDECLARE_ALL = "DELETE FROM declaration WHERE name = ?1";

	private static final String LEAVE = "DELETE FROM declaration WHERE epoch = ?1";

	private final Statements statements;

	ScheduleTable(Statements statements) {
		this.statements = statements;
	}

	@Nullable Long fired(String name, long revision) throws SQLException {
		return this.statements.number("SELECT fired FROM schedule WHERE name = ?1 AND revision = ?2", name, revision);
	}

	boolean put(StoredSchedule schedule) throws SQLException {
		if (schedule.revision() == 0) {
			return add(this.statements, schedule);
		}
		return this.statements.update(CHANGE, schedule.name(), schedule.revision(), schedule.declared(),
				schedule.paused(), schedule.definition(), schedule.codec(), schedule.payload(), schedule.anchor(),
				schedule.nextAt()) == 1;
	}

	/** Stores one that is not there. */
	static boolean add(Statements statements, StoredSchedule schedule) throws SQLException {
		return statements.update(ADD, schedule.name(), schedule.revision() + 1, schedule.declared(), schedule.paused(),
				schedule.definition(), schedule.codec(), schedule.payload(), schedule.anchor(), schedule.nextAt(),
				schedule.latestAt(), schedule.latestId(), schedule.fired(), schedule.skipped(), schedule.missed()) == 1;
	}

	void fired(String name, long revision, Progress progress) throws SQLException {
		this.statements.update(FIRED, name, revision, progress.nextAt(), progress.latestAt(), progress.latestId(),
				progress.fired(), progress.skipped(), progress.missed());
	}

	boolean delete(String name, long revision) throws SQLException {
		if (this.statements.update(DELETE, name, revision) == 0) {
			return false;
		}
		this.statements.update(UNDECLARE_ALL, name);
		return true;
	}

	void declare(String name, long epoch) throws SQLException {
		this.statements.update(DECLARE, name, epoch);
	}

	void undeclare(String name, long epoch) throws SQLException {
		this.statements.update(UNDECLARE, name, epoch);
	}

	/** Forgets what an instance declared; returns how many. */
	int leave(long epoch) throws SQLException {
		return this.statements.update(LEAVE, epoch);
	}

	@Nullable Long next() throws SQLException {
		return this.statements.number("SELECT " + NEXT);
	}

	static List<StoredSchedule> read(Statements statements, String sql, @Nullable Object... values)
			throws SQLException {
		List<StoredSchedule> found = new ArrayList<>();
		statements.each((row) -> found.add(schedule(row)), sql, values);
		return found;
	}

	private static StoredSchedule schedule(ResultSet row) throws SQLException {
		return new StoredSchedule(row.getString(1), row.getLong(2), row.getBoolean(3), row.getBoolean(4),
				row.getString(5), row.getString(6), row.getBytes(7), row.getLong(8), Statements.nullableLong(row, 9),
				Statements.nullableLong(row, 10), Statements.nullableLong(row, 11), row.getLong(12), row.getLong(13),
				row.getLong(14), epochs(row.getString(15)));
	}

	private static Set<Long> epochs(@Nullable String list) {
		Set<Long> epochs = new TreeSet<>();
		if (list != null) {
			for (String epoch : list.split(",")) {
				epochs.add(Long.valueOf(epoch));
			}
		}
		return epochs;
	}

	/**
	 * What a firing has brought about.
	 *
	 * @param nextAt the next slot; null for none
	 * @param latestAt the latest slot with a message; null for none
	 * @param latestId that message; null for none
	 * @param fired messages
	 * @param skipped slots left out for an overlap
	 * @param missed slots that nobody was there for
	 */
	record Progress(@Nullable Long nextAt, @Nullable Long latestAt, @Nullable Long latestId, long fired, long skipped,
			long missed) {

	}

}
