package io.github.queuesqlite.reliability.points;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** What must hold in the files of a closed queue, whenever its process was killed. */
final class Soundness {

	/** Each finds rows that must not be. A suspect (22) is ready to all who count. */
	private static final Map<String, String> NEVER = Map.of("counters that differ from the rows", """
			SELECT queue, task, state, sum(n) FROM (
			    SELECT queue, task, state, n FROM counter
			    UNION ALL SELECT queue, task, CASE state WHEN 22 THEN 20 ELSE state END, -1 FROM message)
			GROUP BY queue, task, state HAVING sum(n) <> 0""", "a wrong count of what may be pruned", """
			SELECT prunable FROM shard WHERE prunable <> (
			    SELECT count(*) FROM message WHERE state >= 40 AND state <> 50 AND hold <> 1)""",
			"a result without its end", "SELECT id FROM message WHERE result_codec IS NOT NULL AND state <> 40",
			"an end without its result", """
					SELECT id FROM message WHERE state = 40 AND result_codec IS NOT NULL AND result IS NULL""",
			"an end without its time", "SELECT id FROM message WHERE (state >= 40) <> (finished_at IS NOT NULL)",
			"an error that is not recorded", """
					SELECT id FROM message
					WHERE last_error IS NOT NULL AND id NOT IN (SELECT message_id FROM failed_attempt)""",
			"a failure of no message",
			"SELECT message_id FROM failed_attempt WHERE message_id NOT IN (SELECT id FROM message)",
			"more attempts than runs", "SELECT id FROM message WHERE attempt > run",
			"what a run of no message did or said", """
					SELECT message_id FROM (
					    SELECT message_id FROM step UNION ALL SELECT message_id FROM progress
					    UNION ALL SELECT message_id FROM log_entry)
					WHERE message_id NOT IN (SELECT id FROM message)""", "a step of a message that is COMPLETED",
			"SELECT message_id FROM step JOIN message ON message.id = message_id AND state = 40");

	private static final Map<String, String> NEVER_IN_LINES = Map.of("two turns in a line", """
			SELECT ordering_key FROM message WHERE ordering_key IS NOT NULL AND state IN (20, 22, 30)
			GROUP BY ordering_key HAVING count(*) > 1""", "a message that no line knows", """
			SELECT id FROM message
			WHERE ordering_key IS NOT NULL AND state < 40 AND id NOT IN (SELECT message_id FROM line)""",
			"a line that stands still", """
					SELECT front.id FROM message AS front
					WHERE front.state = 21 AND front.ordering_key IS NOT NULL AND NOT EXISTS (
					    SELECT 1 FROM message AS other
					    WHERE other.ordering_key = front.ordering_key AND (other.state IN (20, 22, 30)
					        OR (other.state = 10 AND other.seq < front.seq)))""");

	private static final Map<String, String> NEVER_OF_LIMITS = Map.of("more permits than there are", """
			SELECT name FROM permit JOIN permit_limit USING (name)
			GROUP BY name HAVING sum(held) > max(coalesce(chosen, declared))""", "a permit of the dead", """
			SELECT name FROM permit WHERE epoch NOT IN (SELECT epoch FROM instance WHERE dead = 0)""");

	private static final Map<String, String> NEVER_IN_CROWDS = Map.of("a message that no crowd knows", """
			SELECT id FROM message
			WHERE state < 40 AND attributes IS NOT NULL AND json_extract(attributes, '$.concurrencyKey') IS NOT NULL
			    AND id NOT IN (SELECT message_id FROM crowd)""", "a message that a crowd knows wrongly", """
			SELECT message_id, phase, state FROM crowd LEFT JOIN message ON message.id = message_id
			WHERE phase IS NOT CASE state
			    WHEN 10 THEN 2 WHEN 20 THEN 1 WHEN 21 THEN 0 WHEN 22 THEN 1 WHEN 30 THEN 3 END""",
			"a crowd that stands still", """
					SELECT concurrency_key FROM crowd GROUP BY task, concurrency_key
					HAVING sum(phase = 0) > 0 AND sum(phase IN (1, 3)) = 0 AND NOT EXISTS (
					    SELECT 1 FROM key_bucket AS bucket
					    WHERE bucket.task = crowd.task AND bucket.concurrency_key = crowd.concurrency_key
					        AND next_at IS NOT NULL)""", "more of a key than its limit", """
					SELECT concurrency_key FROM crowd JOIN key_limit USING (task)
					WHERE phase IN (1, 3)
					GROUP BY task, concurrency_key HAVING count(*) > max(coalesce(chosen, declared))""");

	private static final Map<String, String> NEVER_OF_SCHEDULES = Map.of("a slot without its message", """
			SELECT name FROM schedule WHERE latest_id > 0 AND latest_id NOT IN (SELECT id FROM message)""",
			"a message without its slot", """
					SELECT name FROM schedule JOIN message ON ordering_key = 'schedule:' || name
					GROUP BY name HAVING count(*) <> max(fired)""");

	/** What a transaction of the queue changes, but for signs of life. */
	private static final List<String> CONTENT = List.of("SELECT * FROM message ORDER BY id",
			"SELECT * FROM failed_attempt ORDER BY message_id, run",
			"SELECT * FROM counter WHERE n <> 0 ORDER BY queue, task, state", "SELECT * FROM queue ORDER BY name",
			"SELECT * FROM reservation ORDER BY idempotency_key", "SELECT * FROM line ORDER BY ordering_key, seq",
			"SELECT * FROM turn ORDER BY ordering_key", "SELECT * FROM permit_limit ORDER BY name",
			"SELECT * FROM permit ORDER BY name, epoch", "SELECT * FROM crowd ORDER BY message_id",
			"SELECT * FROM schedule ORDER BY name", "SELECT * FROM declaration ORDER BY name, epoch",
			"SELECT task, concurrency_key FROM key_bucket ORDER BY task, concurrency_key",
			"SELECT * FROM key_rate ORDER BY task", "SELECT * FROM key_limit ORDER BY task",
			"SELECT * FROM key_weight ORDER BY concurrency_key", "SELECT epoch, dead FROM instance ORDER BY epoch",
			"SELECT * FROM signal ORDER BY epoch, message_id", "SELECT layout, high_water, prunable FROM shard");

	private Soundness() {
	}

	/** Checks each file alone and the keys over all of them. */
	static void check(Path directory) throws IOException, SQLException {
		Map<String, Long> keys = new HashMap<>();
		for (Path file : shards(directory)) {
			try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
				checkIntegrity(connection, file);
				checkNever(connection, file, NEVER);
				checkNever(connection, file, NEVER_IN_LINES);
				checkNever(connection, file, NEVER_OF_LIMITS);
				checkNever(connection, file, NEVER_IN_CROWDS);
				checkNever(connection, file, NEVER_OF_SCHEDULES);
				checkKeys(connection, keys);
			}
		}
	}

	private static void checkNever(Connection connection, Path file, Map<String, String> nevers) throws SQLException {
		for (Map.Entry<String, String> never : nevers.entrySet()) {
			assertThat(rows(connection, never.getValue())).as(never.getKey() + " in " + file.getFileName()).isEmpty();
		}
	}

	/** Checks what even holds while messages are being moved. */
	static void checkIntegrity(Path directory) throws IOException, SQLException {
		try (Stream<Path> found = Files.list(directory)) {
			for (Path file : found.filter((path) -> path.toString().endsWith(".db")).toList()) {
				try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
					checkIntegrity(connection, file);
				}
			}
		}
	}

	private static void checkIntegrity(Connection connection, Path file) throws SQLException {
		assertThat(rows(connection, "PRAGMA integrity_check")).as("integrity of " + file.getFileName())
			.containsExactly("ok");
	}

	private static void checkKeys(Connection connection, Map<String, Long> keys) throws SQLException {
		try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery("""
				SELECT 'idempotency ' || idempotency_key, id FROM message WHERE idempotency_key IS NOT NULL
				UNION ALL
				SELECT 'unique ' || task || ' ' || unique_key, id FROM message
				WHERE unique_key IS NOT NULL AND state < 40""")) {
			while (row.next()) {
				Long other = keys.put(row.getString(1), row.getLong(2));
				assertThat(other).as("another message with the key " + row.getString(1)).isIn(null, row.getLong(2));
			}
		}
	}

	/** What each shard holds, as a text. */
	static Map<String, String> contents(Path directory) throws IOException, SQLException {
		Map<String, String> contents = new TreeMap<>();
		for (Path file : shards(directory)) {
			try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
				StringBuilder text = new StringBuilder();
				if (!rows(connection, "SELECT 1 FROM sqlite_schema WHERE name = 'shard'").isEmpty()) {
					for (String sql : CONTENT) {
						text.append(rows(connection, sql)).append('\n');
					}
				}
				contents.put(String.valueOf(file.getFileName()), text.toString());
			}
		}
		return contents;
	}

	private static List<Path> shards(Path directory) throws IOException {
		try (Stream<Path> found = Files.list(directory)) {
			return found.filter((path) -> path.getFileName().toString().matches("queue_shard_\\d+\\.db"))
				.sorted()
				.toList();
		}
	}

	private static List<String> rows(Connection connection, String sql) throws SQLException {
		List<String> rows = new ArrayList<>();
		try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(sql)) {
			int columns = row.getMetaData().getColumnCount();
			while (row.next()) {
				StringBuilder text = new StringBuilder();
				for (int i = 1; i <= columns; i++) {
					byte[] value = row.getBytes(i);
					text.append((i > 1) ? "|" : "")
						.append((value != null) ? new String(value, StandardCharsets.UTF_8) : "");
				}
				rows.add(text.toString());
			}
		}
		return rows;
	}

}
