package io.github.queuesqlite.store.sqlite;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.queuesqlite.store.Keys;
import io.github.queuesqlite.store.Pauses;
import io.github.queuesqlite.store.ReservedKey;
import io.github.queuesqlite.store.ShardRouter;
import io.github.queuesqlite.store.StoredSchedule;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves messages with keys to the new home of their keys after a change of the number of
 * shards; messages without keys stay and shards that leave are emptied by the workers.
 * Each step copies, commits, then deletes, so that a crash in between loses nothing and a
 * second run goes on.
 */
final class Relocation {

	private static final Logger logger = LoggerFactory.getLogger(Relocation.class);

	private static final int STEP = 500;

	private static final String KEYED = "SELECT id, task, unique_key, idempotency_key, ordering_key, " + CrowdTable.KEY
			+ " AS concurrency_key FROM message WHERE id > ?1 AND (unique_key IS NOT NULL OR idempotency_key IS NOT NULL"
			+ " OR ordering_key IS NOT NULL OR concurrency_key IS NOT NULL) ORDER BY id LIMIT ?2";

	/** What of those that wait for each other has a key that places all of them. */
	private static final String PLACING = "SELECT ordering_key, " + CrowdTable.KEY
			+ " AS concurrency_key FROM message WHERE id IN (" + WaitingTable.TOGETHER
			+ ") AND (ordering_key IS NOT NULL OR concurrency_key IS NOT NULL) LIMIT 1";

	private static final String COPY = """
			INSERT OR IGNORE INTO home.message SELECT * FROM main.message
			WHERE id IN (SELECT value FROM json_each(?1))""";

	private static final String COPY_ATTEMPTS = """
			INSERT OR IGNORE INTO home.failed_attempt SELECT * FROM main.failed_attempt
			WHERE message_id IN (SELECT value FROM json_each(?1))""";

	private static final String COPY_RECORDS = """
			INSERT OR IGNORE INTO home.%1$s (%2$s) SELECT %2$s FROM main.%1$s
			WHERE message_id IN (SELECT value FROM json_each(?1))""";

	private static final String DELETE_RECORDS = """
			DELETE FROM main.%s
			WHERE message_id IN (SELECT value FROM json_each(?1)) AND message_id IN (SELECT id FROM home.message)""";

	private static final String COPY_WAITING = """
			INSERT OR IGNORE INTO home.waiting SELECT * FROM main.waiting
			WHERE message_id IN (SELECT value FROM json_each(?1))""";

	private static final String COPY_FOLLOWERS = """
			INSERT OR IGNORE INTO home.follower
			SELECT message_id, waiting_id, position, ?2 FROM main.follower
			WHERE message_id IN (SELECT value FROM json_each(?1))""";

	private static final String COPY_ARRIVALS = """
			INSERT OR IGNORE INTO home.arrival SELECT * FROM main.arrival
			WHERE waiting_id IN (SELECT value FROM json_each(?1))""";

	private static final String DELETE = """
			DELETE FROM main.message
			WHERE id IN (SELECT value FROM json_each(?1)) AND id IN (SELECT id FROM home.message)""";

	private static final String DELETE_ATTEMPTS = """
			DELETE FROM main.failed_attempt
			WHERE message_id IN (SELECT value FROM json_each(?1)) AND message_id IN (SELECT id FROM home.message)""";

	private static final String IDEMPOTENCY_KEYS = """
			SELECT id, NULL, idempotency_key FROM message WHERE idempotency_key IS NOT NULL""";

	private static final String UNIQUE_KEYS = """
			SELECT id, task, unique_key FROM message WHERE unique_key IS NOT NULL AND state < 40""";

	private static final String RECOUNT = """
			INSERT INTO counter (queue, task, state, n)
			SELECT queue, task, CASE state WHEN 22 THEN 20 ELSE state END AS counted, count(*) FROM message
			GROUP BY queue, task, counted""";

	private static final String RECOUNT_PRUNABLE = """
			UPDATE shard SET high_water = max(high_water, ?1), prunable = (
			    SELECT count(*) FROM message WHERE state >= 40 AND state <> 50 AND hold <> 1)
			WHERE id = 1""";

	private final Map<Integer, Connection> connections;

	private final ShardRouter router;

	Relocation(Map<Integer, Connection> connections, Layout layout) {
		this.connections = connections;
		this.router = new ShardRouter(layout.accepting(), (shard) -> 0);
	}

	void run() throws SQLException {
		int moved = 0;
		for (int shard : this.connections.keySet()) {
			moved += moveFrom(shard);
		}
		Map<Integer, List<Reserved>> reservations = reservations();
		long highWater = greatest("SELECT high_water FROM shard");
		Pauses pauses = pauses();
		KeptLimits limits = KeptLimits.read(this.connections.values());
		for (Map.Entry<Integer, Connection> entry : this.connections.entrySet()) {
			finish(entry.getValue(), reservations.getOrDefault(entry.getKey(), List.of()), highWater, pauses,
					(statements) -> limits.write(statements, (name) -> this.router.homeOfLimit(name) == entry.getKey(),
							(key) -> this.router.homeOfConcurrencyKey(key) == entry.getKey()));
		}
		moveWindows();
		moveSchedules();
		logger.info("Moved {} messages with keys to their new shards", moved);
	}

	private int moveFrom(int shard) throws SQLException {
		int moved = 0;
		long after = -1;
		while (true) {
			Map<Integer, List<Long>> byHome = new LinkedHashMap<>();
			long last = after;
			try (Statements statements = new Statements(connection(shard))) {
				Map<Long, Keys> keyed = new LinkedHashMap<>();
				statements.each((row) -> keyed.put(row.getLong(1), new Keys(row.getString(2), row.getString(4),
						row.getString(3), row.getString(5), row.getString(6))), KEYED, after, STEP);
				for (Map.Entry<Long, Keys> row : keyed.entrySet()) {
					last = row.getKey();
					int home = this.router.route(placing(statements, row.getKey(), row.getValue()));
					byHome.computeIfAbsent(home, (key) -> new ArrayList<>()).add(row.getKey());
				}
			}
			if (last == after) {
				return moved;
			}
			after = last;
			byHome.remove(shard);
			for (Map.Entry<Integer, List<Long>> entry : byHome.entrySet()) {
				move(shard, entry.getKey(), entry.getValue());
				moved += entry.getValue().size();
			}
		}
	}

	private static Keys placing(Statements statements, long id, Keys own) throws SQLException {
		Keys[] placing = { own };
		if (!own.isPlaced()) {
			statements.each((row) -> placing[0] = new Keys(own.task(), null, null, row.getString(1), row.getString(2)),
					PLACING, LongJson.of(List.of(id)));
		}
		return placing[0];
	}

	private void move(int from, int home, List<Long> ids) throws SQLException {
		Connection connection = connection(from);
		try (Statements statements = new Statements(connection)) {
			String json = together(statements, ids);
			statements.update("ATTACH DATABASE ?1 AS home", fileOf(home));
			try {
				statements.run("PRAGMA home.synchronous = FULL");
				statements.run("BEGIN IMMEDIATE");
				statements.update(COPY, json);
				statements.update(COPY_ATTEMPTS, json);
				for (Map.Entry<String, String> table : RunRecords.TABLES.entrySet()) {
					statements.update(COPY_RECORDS.formatted(table.getKey(), table.getValue()), json);
				}
				statements.update(COPY_WAITING, json);
				statements.update(COPY_FOLLOWERS, json, home);
				statements.update(COPY_ARRIVALS, json);
				statements.run("COMMIT");
				statements.run("BEGIN IMMEDIATE");
				statements.update(DELETE_ATTEMPTS, json);
				for (String table : RunRecords.TABLES.keySet()) {
					statements.update(DELETE_RECORDS.formatted(table), json);
				}
				statements.update(DELETE, json);
				for (String sql : WaitingTable.FORGET) {
					statements.update(sql, json);
				}
				statements.run("COMMIT");
			}
			finally {
				statements.close();
				SqliteConnections.execute(connection, "DETACH DATABASE home");
			}
		}
	}

	private static String together(Statements statements, List<Long> ids) throws SQLException {
		List<Long> all = new ArrayList<>();
		statements.each((row) -> all.add(row.getLong(1)), WaitingTable.TOGETHER, LongJson.of(ids));
		return LongJson.of(all);
	}

	private String fileOf(int shard) throws SQLException {
		String url = connection(shard).getMetaData().getURL();
		return url.substring("jdbc:sqlite:".length());
	}

	private Connection connection(int shard) {
		Connection connection = this.connections.get(shard);
		if (connection == null) {
			throw new IllegalStateException("Shard " + shard + " is not open");
		}
		return connection;
	}

	/** The keys to reserve, by the shard that is their home. */
	private Map<Integer, List<Reserved>> reservations() throws SQLException {
		Map<Integer, List<Reserved>> byHome = new LinkedHashMap<>();
		for (Map.Entry<Integer, Connection> entry : this.connections.entrySet()) {
			try (Statements statements = new Statements(entry.getValue())) {
				for (String sql : List.of(IDEMPOTENCY_KEYS, UNIQUE_KEYS)) {
					statements.each((row) -> {
						ReservedKey key = new ReservedKey(row.getString(2), row.getString(3));
						int home = this.router.homeOf(key);
						if (home != entry.getKey()) {
							byHome.computeIfAbsent(home, (shard) -> new ArrayList<>())
								.add(new Reserved(key.name(), row.getLong(1)));
						}
					}, sql);
				}
			}
		}
		return byHome;
	}

	/** Windows go to the homes of their keys: first all are there, then they leave. */
	private void moveWindows() throws SQLException {
		Map<Integer, List<UniqueWindows.Stored>> leaving = new LinkedHashMap<>();
		for (Map.Entry<Integer, Connection> entry : this.connections.entrySet()) {
			try (Statements statements = new Statements(entry.getValue())) {
				for (UniqueWindows.Stored window : UniqueWindows.Stored.all(statements)) {
					int home = this.router.homeOf(window.key());
					if (home != entry.getKey()) {
						leaving.computeIfAbsent(entry.getKey(), (shard) -> new ArrayList<>()).add(window);
						try (Statements there = new Statements(connection(home))) {
							window.addTo(there);
						}
					}
				}
			}
		}
		for (Map.Entry<Integer, List<UniqueWindows.Stored>> entry : leaving.entrySet()) {
			try (Statements statements = new Statements(connection(entry.getKey()))) {
				for (UniqueWindows.Stored window : entry.getValue()) {
					window.removeFrom(statements);
				}
			}
		}
	}

	/** As windows. Nobody declares anything yet: whoever opens the directory is alone. */
	private void moveSchedules() throws SQLException {
		for (Map.Entry<Integer, Connection> entry : this.connections.entrySet()) {
			try (Statements statements = new Statements(entry.getValue())) {
				for (StoredSchedule schedule : ScheduleTable.read(statements, ScheduleTable.ALL)) {
					int home = this.router.homeOfSchedule(schedule.name());
					if (home != entry.getKey()) {
						try (Statements there = new Statements(connection(home))) {
							ScheduleTable.add(there, schedule);
						}
						statements.update(ScheduleTable.REMOVE, schedule.name());
					}
				}
				statements.update("DELETE FROM declaration");
			}
		}
	}

	private long greatest(String sql) throws SQLException {
		long greatest = 0;
		for (Connection connection : this.connections.values()) {
			try (Statements statements = new Statements(connection)) {
				Long value = statements.number(sql);
				greatest = Math.max(greatest, (value != null) ? value : 0);
			}
		}
		return greatest;
	}

	/** Also those whose time is over: they are ended like all others. */
	private Pauses pauses() throws SQLException {
		Pauses pauses = Pauses.NONE;
		for (Connection connection : this.connections.values()) {
			try (Statements statements = new Statements(connection)) {
				pauses = pauses.and(PauseTable.read(statements, Long.MIN_VALUE));
			}
		}
		return pauses;
	}

	private static void finish(Connection connection, List<Reserved> reservations, long highWater, Pauses pauses,
			LimitWriter limits) throws SQLException {
		try (Statements statements = new Statements(connection)) {
			statements.run("BEGIN IMMEDIATE");
			statements.update("DELETE FROM counter");
			statements.update(RECOUNT);
			statements.update(RECOUNT_PRUNABLE, highWater);
			for (String sql : LineTable.REBUILD) {
				statements.update(sql);
			}
			for (String sql : CrowdTable.REBUILD) {
				statements.update(sql);
			}
			limits.write(statements);
			statements.update("DELETE FROM reservation");
			for (Reserved reserved : reservations) {
				statements.update("""
						INSERT INTO reservation (idempotency_key, message_id, epoch, confirmed)
						VALUES (?1, ?2, 0, 1)""", reserved.key(), reserved.messageId());
			}
			PauseTable.add(statements, pauses);
			statements.run("COMMIT");
		}
	}

	/** Writes the limits of a shard. */
	@FunctionalInterface
	private interface LimitWriter {

		void write(Statements statements) throws SQLException;

	}

	/** The name of a key, and its message. */
	private record Reserved(String key, long messageId) {

	}

}
