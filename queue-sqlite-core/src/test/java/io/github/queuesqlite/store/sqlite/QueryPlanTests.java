package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What runs again and again reads the rows it is about, in the order it wants them, from
 * an index of its own: its cost does not grow with all other rows.
 */
class QueryPlanTests {

	@TempDir
	static Path directory;

	static Stream<Arguments> hotStatements() {
		return Stream.of(Arguments.of("CLAIMABLE_OF_TASK", "message_ready"),
				Arguments.of("READY_OF_TASK", "message_ready"), Arguments.of("OLDEST_OF_TASK", "message_ready"),
				Arguments.of("CLAIMABLE_OF_ID", "PRIMARY KEY"), Arguments.of("NEWEST_OF_TASK", "message_ready"),
				Arguments.of("NEWEST_READY_OF_TASK", "message_ready"), Arguments.of("NEXT_PRIORITY", "message_ready"),
				Arguments.of("BEST_PRIORITY", "message_ready"), Arguments.of("READY_TASKS", "message_ready"),
				Arguments.of("CLAIMABLE_OF_IDS", "PRIMARY KEY"), Arguments.of("CLAIM", "PRIMARY KEY"),
				Arguments.of("COMPLETE", "PRIMARY KEY"), Arguments.of("COMPLETE_MANY", "PRIMARY KEY"),
				Arguments.of("COMPLETE_AND_DELETE", "PRIMARY KEY"), Arguments.of("RETRY", "PRIMARY KEY"),
				Arguments.of("RELEASE", "PRIMARY KEY"), Arguments.of("DUE", "message_due"),
				Arguments.of("NEXT_DUE", "message_due"), Arguments.of("EXPIRED", "message_expiry"),
				Arguments.of("NEXT_EXPIRY", "message_expiry"), Arguments.of("OWNED", "message_owner"),
				Arguments.of("FIND_BY_IDEMPOTENCY_KEY", "message_idempotency_key"),
				Arguments.of("FIND_BY_UNIQUE_KEY", "message_unique_key"), Arguments.of("ABOVE_COUNT", "message_ended"),
				Arguments.of("PRUNE_BY_AGE", "message_ended"), Arguments.of("ORDERING_KEYS", "PRIMARY KEY"),
				Arguments.of("SET_STATE", "PRIMARY KEY"));
	}

	@ParameterizedTest
	@MethodSource("hotStatements")
	void hotStatementReadsAnIndexOfLiveRowsOnly(String name, String index) throws Exception {
		// Not by name, which would copy the constant into this class.
		String sql = (String) MessageTable.class.getDeclaredField(name).get(null);
		Path file = directory.resolve("shard.db");
		try (Connection connection = SqliteConnections.openWriter(file)) {
			Migrations.shard().apply(connection, file);
			List<String> reads = plan(connection, sql).stream().filter((step) -> step.contains(" message")).toList();
			assertThat(reads).anyMatch((step) -> step.contains(index)).allMatch((step) -> isNarrow(step, index));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "ADD", "REMOVE", "END", "FRONT", "TURN", "GIVE_TURN", "END_TURN" })
	void lineStatementSearchesByKey(String name) throws Exception {
		String sql = (String) LineTable.class.getDeclaredField(name).get(null);
		Path file = directory.resolve("shard.db");
		try (Connection connection = SqliteConnections.openWriter(file)) {
			Migrations.shard().apply(connection, file);
			assertThat(plan(connection, sql)).allMatch((step) -> step.contains("PRIMARY KEY"));
		}
	}

	@ParameterizedTest
	@CsvSource({ "ADD, ", "REMOVE, PRIMARY KEY", "SET_PHASE, PRIMARY KEY", "CHANGED, PRIMARY KEY", "FIRST, crowd_key",
			"LET_THROUGH, crowd_key", "TOKENS, crowd_key", "WAITING_CROWDS, crowd_key", "LIMIT, PRIMARY KEY",
			"WEIGHT, PRIMARY KEY", "OPEN, PRIMARY KEY" })
	void crowdStatementSearchesByKeyWithoutSorting(String name, @Nullable String index) throws Exception {
		assertSearches((String) CrowdTable.class.getDeclaredField(name).get(null), index);
	}

	@ParameterizedTest
	@CsvSource({ "NEXT, key_bucket_next", "DUE, key_bucket_next", "BUCKET, PRIMARY KEY", "PUT, ",
			"REMOVE, PRIMARY KEY" })
	void keyRateStatementSearchesByKeyOrTimeWithoutSorting(String name, @Nullable String index) throws Exception {
		assertSearches((String) KeyRateTable.class.getDeclaredField(name).get(null), index);
	}

	@ParameterizedTest
	@CsvSource({ "OLD, message_ready", "OLD_SUSPECTS, message_suspect", "OLD_OF_CROWDS, crowd_key" })
	void whatNobodyHostsIsReadFromItsIndexWithoutSorting(String name, String index) throws Exception {
		assertSearches((String) ShardUnhosted.class.getDeclaredField(name).get(null), index);
	}

	@ParameterizedTest
	@CsvSource({ "OF_MESSAGE, history_message", "PRUNE_BY_AGE, PRIMARY KEY", "PRUNE_BY_COUNT, PRIMARY KEY" })
	void historyIsReadAndPrunedFromIndexesWithoutSorting(String name, String index) throws Exception {
		assertSearches((String) HistoryTable.class.getDeclaredField(name).get(null), index);
	}

	@Test
	void latestEndsAreReadFromTheirIndexWithoutSorting() throws Exception {
		assertSearches((String) SqliteShardReader.class.getDeclaredField("ENDED").get(null), "message_ended");
	}

	@ParameterizedTest
	@ValueSource(strings = { "LIST", "BROWSE", "IDS" })
	void filterReadsARangeOfIdsWithoutSorting(String name) throws Exception {
		assertSearches((String) SqliteShardReader.class.getDeclaredField(name).get(null),
				"INTEGER PRIMARY KEY (rowid>? AND rowid<?)");
	}

	@ParameterizedTest
	@CsvSource({ "OWNERS, message_owner (owner>?", "AFTER, message_owner (owner=? AND rowid>?)",
			"BEFORE, message_owner (owner=? AND rowid<?)", "MATCHING, INTEGER PRIMARY KEY (rowid=?)",
			"NEWEST_MATCHING, INTEGER PRIMARY KEY (rowid=?)" })
	void whatRunsIsReadFromTheIndexOfOwnersWithoutSorting(String name, String index) throws Exception {
		String sql = (String) RunningRows.class.getDeclaredField(name).get(null);
		assertSearches(sql, index);
		Path file = directory.resolve("shard.db");
		try (Connection connection = SqliteConnections.openWriter(file)) {
			assertThat(plan(connection, sql)).noneMatch((step) -> step.startsWith("SCAN message"));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "QUEUE_OR_ALL", "TASK", "KEY", "HELD_BACK" })
	void pausesOfOneQueueTaskAndKeyAreSearchedByName(String name) throws Exception {
		Path file = directory.resolve("shard.db");
		try (Connection connection = SqliteConnections.openWriter(file)) {
			Migrations.shard().apply(connection, file);
			assertThat(plan(connection, (String) PauseTable.class.getDeclaredField(name).get(null)))
				.anyMatch((step) -> step.contains("PRIMARY KEY (name=?)"))
				.noneMatch((step) -> step.startsWith("SCAN queue"));
		}
	}

	@Test
	void namesOfInstancesAreReadByTheirEpochs() throws Exception {
		assertExplains((String) SqliteShardReader.class.getDeclaredField("INSTANCES").get(null), "PRIMARY KEY");
	}

	@Test
	void keyIsLookedUpInTheIndexesThatBeginWithItOrItsTask() throws Exception {
		Path file = directory.resolve("shard.db");
		try (Connection connection = SqliteConnections.openWriter(file)) {
			Migrations.shard().apply(connection, file);
			String sql = (String) SqliteShardReader.class.getDeclaredField("KEYED").get(null);
			List<String> steps = plan(connection, sql);
			for (String index : List.of("message_idempotency_key (idempotency_key=?)",
					"message_unique_key (task=? AND unique_key=?)", "SEARCH line USING PRIMARY KEY (ordering_key=?)",
					"crowd_key (task=? AND concurrency_key=?)", "SEARCH message USING INTEGER PRIMARY KEY (rowid=?)")) {
				assertThat(steps).anyMatch((step) -> step.contains(index));
			}
			assertThat(steps).noneMatch((step) -> step.matches("SCAN (message|line|crowd).*"));
		}
	}

	private static void assertSearches(String sql, @Nullable String index) throws Exception {
		Path file = directory.resolve("shard.db");
		try (Connection connection = SqliteConnections.openWriter(file)) {
			Migrations.shard().apply(connection, file);
			List<String> steps = plan(connection, sql);
			assertThat(steps).noneMatch((step) -> step.contains("TEMP B-TREE"));
			assertThat(steps).noneMatch((step) -> step.startsWith("SCAN key_") && !step.contains("USING"));
			if (index != null) {
				assertThat(steps).anyMatch((step) -> step.contains(index));
			}
		}
	}

	@ParameterizedTest
	@CsvSource({ "FIND, PRIMARY KEY", "OWNER, PRIMARY KEY", "WAITS, PRIMARY KEY", "WAITED_FOR, follower_waiting",
			"FOLLOWERS, PRIMARY KEY", "TURN, PRIMARY KEY", "COUNT_BEFORE_IN_LINE, PRIMARY KEY",
			"FIRST_IN_LINE, PRIMARY KEY", "CROWD, PRIMARY KEY", "PASSED, crowd_key",
			"COUNT_BEFORE_IN_CROWD, crowd_key" })
	void explainingStatementSearches(String name, String index) throws Exception {
		assertExplains((String) SituationReader.class.getDeclaredField(name).get(null), index);
	}

	@ParameterizedTest
	@CsvSource({ "OLDER_AHEAD, message_ready", "NEWER_AHEAD, message_ready", "RUNNING, message_owner",
			"HOLDING, message_owner", "PACE, message_ended" })
	void outlookStatementSearches(String name, String index) throws Exception {
		assertExplains((String) ClaimOutlook.class.getDeclaredField(name).get(null), index);
	}

	static Stream<Arguments> limitStatements() {
		return Stream.of(Arguments.of(PermitTable.class, "MOST"), Arguments.of(PermitTable.class, "HOLDERS"),
				Arguments.of(RateTable.class, "BUCKET"), Arguments.of(RateTable.class, "HOLDERS"));
	}

	@ParameterizedTest
	@MethodSource("limitStatements")
	void limitStatementSearchesByName(Class<?> table, String name) throws Exception {
		assertExplains((String) table.getDeclaredField(name).get(null), "PRIMARY KEY");
	}

	private static void assertExplains(String sql, String index) throws Exception {
		Path file = directory.resolve("shard.db");
		try (Connection connection = SqliteConnections.openWriter(file)) {
			Migrations.shard().apply(connection, file);
			List<String> steps = plan(connection, sql);
			assertThat(steps).anyMatch((step) -> step.contains(index));
			// What is scanned is what a search with a limit has found.
			assertThat(steps.stream().filter((step) -> step.startsWith("SCAN")))
				.allMatch((step) -> step.startsWith("SCAN earlier") || step.startsWith("SCAN (")
						|| step.contains("CONSTANT") || step.contains("json_each"));
		}
	}

	@Test
	void nextScheduleIsTheFirstOfItsIndex() throws Exception {
		Path file = directory.resolve("shard.db");
		try (Connection connection = SqliteConnections.openWriter(file)) {
			Migrations.shard().apply(connection, file);
			for (String sql : List.of("SELECT " + ScheduleTable.NEXT, ScheduleTable.DUE)) {
				assertThat(plan(connection, sql)).anyMatch((step) -> step.contains("schedule_next"))
					.noneMatch((step) -> step.contains("TEMP B-TREE"))
					.noneMatch((step) -> step.contains("SCAN declaration"));
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "CLAIMABLE_OF_TASK", "READY_OF_TASK", "NEWEST_OF_TASK", "NEWEST_READY_OF_TASK",
			"NEXT_PRIORITY", "OLDEST_OF_TASK" })
	void readyStatementReadsTheIndexInOrder(String name) throws Exception {
		String sql = (String) MessageTable.class.getDeclaredField(name).get(null);
		Path file = directory.resolve("shard.db");
		try (Connection connection = SqliteConnections.openWriter(file)) {
			Migrations.shard().apply(connection, file);
			assertThat(plan(connection, sql)).noneMatch((step) -> step.contains("TEMP B-TREE"));
		}
	}

	private static boolean isNarrow(String step, String index) {
		return step.contains(index) || step.contains("PRIMARY KEY");
	}

	private static List<String> plan(Connection connection, String sql) throws SQLException {
		List<String> steps = new ArrayList<>();
		try (PreparedStatement statement = connection.prepareStatement("EXPLAIN QUERY PLAN " + sql);
				ResultSet row = statement.executeQuery()) {
			while (row.next()) {
				steps.add(row.getString("detail"));
			}
		}
		return steps;
	}

}
