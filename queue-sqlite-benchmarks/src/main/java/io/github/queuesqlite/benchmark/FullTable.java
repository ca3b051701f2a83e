package io.github.queuesqlite.benchmark;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.store.MessageStore;
import org.jspecify.annotations.Nullable;

/** Fills the file of a new queue with messages, faster than a queue would. */
final class FullTable {

	private static final int STEP = 50_000;

	/** Ids of before any that a queue makes: shard 0, slot 0. */
	private static final String ROWS = """
			WITH RECURSIVE number(n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM number WHERE n + 1 < ?2)
			INSERT INTO message (id, seq, queue, task, state, priority, created_at, run_at, attempt, run, owner,
			    started_at, finished_at, checksum, codec, payload)
			SELECT (n >> 11 << 22) + (n & 2047), (n >> 11 << 22) + (n & 2047), 'default', ?3, ?4, 1, ?5, ?6, ?7, ?7, ?7,
			    ?8, ?8, 0, 'json', ?9
			FROM number""";

	private FullTable() {
	}

	static void create(Path directory, Rows rows) throws SQLException {
		try (MessageStore store = StoreLoad.open(directory)) {
			store.shardStats();
		}
		try (Connection connection = DriverManager
			.getConnection("jdbc:sqlite:" + directory.resolve("queue_shard_0.db"))) {
			try (Statement statement = connection.createStatement()) {
				statement.execute("PRAGMA synchronous = OFF");
			}
			connection.setAutoCommit(false);
			long now = System.currentTimeMillis();
			int next = 1;
			next = insert(connection, next, rows.completed(), new Kind(Load.TASK, 40, now, now));
			next = insert(connection, next, rows.delayed(), new Kind(Load.TASK, 10, now + 86_400_000L, null));
			insert(connection, next, rows.unknown(), new Kind("unknown", 20, now, null));
			try (Statement statement = connection.createStatement()) {
				statement.executeUpdate("UPDATE shard SET prunable = " + rows.completed());
			}
			connection.commit();
		}
		// What will be claimed needs its checksum.
		try (StoreLoad load = new StoreLoad(directory)) {
			load.insert(rows.ready());
		}
	}

	private static int insert(Connection connection, int from, int rows, Kind kind) throws SQLException {
		if (rows == 0) {
			return from;
		}
		for (int done = 0; done < rows; done += STEP) {
			try (PreparedStatement statement = connection.prepareStatement(ROWS)) {
				statement.setInt(1, from + done);
				statement.setInt(2, from + Math.min(rows, done + STEP));
				kind.bind(statement);
				statement.executeUpdate();
			}
			connection.commit();
		}
		try (PreparedStatement statement = connection
			.prepareStatement("INSERT INTO counter (queue, task, state, n) VALUES ('default', ?1, ?2, ?3)")) {
			statement.setString(1, kind.task());
			statement.setInt(2, kind.state());
			statement.setInt(3, rows);
			statement.executeUpdate();
		}
		return from + rows;
	}

	/** Messages that are alike. */
	private record Kind(String task, int state, long runAt, @Nullable Long finishedAt) {

		void bind(PreparedStatement statement) throws SQLException {
			statement.setString(3, this.task);
			statement.setInt(4, this.state);
			statement.setLong(5, this.runAt);
			statement.setLong(6, this.runAt);
			statement.setInt(7, (this.finishedAt != null) ? 1 : 0);
			statement.setObject(8, this.finishedAt);
			statement.setBytes(9, Load.PAYLOAD_BYTES);
		}

	}

	/**
	 * How many there are.
	 *
	 * @param completed ended a moment ago
	 * @param delayed due tomorrow
	 * @param unknown ready, of a task that nobody handles
	 * @param ready of the task that is handled
	 */
	record Rows(int completed, int delayed, int unknown, int ready) {

		@Override
		public String toString() {
			List<String> parts = new ArrayList<>();
			add(parts, this.completed, "completed");
			add(parts, this.delayed, "delayed");
			add(parts, this.unknown, "of an unknown task");
			add(parts, this.ready, "ready");
			return String.join(", ", parts);
		}

		private static void add(List<String> parts, int rows, String what) {
			if (rows > 0) {
				parts.add("%,d %s".formatted(rows, what));
			}
		}

	}

}
