package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What 500,000 messages that are held for their concurrency key cost, counted in
 * instructions of SQLite's virtual machine: a number that does not depend on the machine.
 */
class CrowdCostTests {

	private static final int MANY = Integer.getInteger("crowd.messages", 500_000);

	/** A crowd, the first of which is READY, and one message without a key. */
	private static final String FILL = """
			WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?1)
			INSERT INTO message (id, seq, queue, task, state, priority, created_at, run_at, checksum, attributes)
			SELECT n, n, 'default', 'task', CASE n WHEN 1 THEN 20 ELSE 21 END, 1, 0, 0, 0, '{"concurrencyKey":"k"}'
			FROM number
			UNION ALL SELECT 1000000, 1000000, 'default', 'task', 20, 1, 0, 0, 0, NULL""";

	@TempDir
	Path directory;

	@Test
	void claimAndTurnWhenManyAreHeldCostTheSame() throws SQLException {
		Map<String, Integer> few = costs(2);
		Map<String, Integer> many = costs(MANY);
		assertThat(many).isEqualTo(few).hasSize(11);
	}

	private Map<String, Integer> costs(int held) throws SQLException {
		Path file = this.directory.resolve("crowd-" + held + ".db");
		Map<String, Integer> costs = new TreeMap<>();
		try (Connection connection = SqliteConnections.openWriter(file);
				Statements statements = new Statements(connection)) {
			Migrations.shard().apply(connection, file);
			statements.run("BEGIN IMMEDIATE");
			statements.update(FILL, held);
			for (String rebuild : CrowdTable.REBUILD) {
				statements.update(rebuild);
			}
			for (String sql : List.of(MessageTable.CLAIMABLE_OF_TASK, MessageTable.READY_OF_TASK)) {
				costs.put(sql, Instructions.of(connection, statements, sql, "default", "task", 10));
			}
			costs.put(MessageTable.BEST_PRIORITY,
					Instructions.of(connection, statements, MessageTable.BEST_PRIORITY, "default", "task"));
			costs.put(MessageTable.READY_TASKS,
					Instructions.of(connection, statements, MessageTable.READY_TASKS, "default"));
			for (String sql : List.of(CrowdTable.FIRST, CrowdTable.LET_THROUGH, CrowdTable.TOKENS)) {
				costs.put(sql, Instructions.of(connection, statements, sql, "task", "k"));
			}
			costs.put(CrowdTable.WEIGHT, Instructions.of(connection, statements, CrowdTable.WEIGHT, "k"));
			costs.put(CrowdTable.CHANGED, Instructions.of(connection, statements, CrowdTable.CHANGED, "[1]"));
			costs.put(CrowdTable.SET_PHASE, Instructions.of(connection, statements, CrowdTable.SET_PHASE, 3, 1, 1, 0));
			costs.put(CrowdTable.OPEN, Instructions.of(connection, statements, CrowdTable.OPEN, 20, 1, 2));
			statements.run("ROLLBACK");
		}
		return costs;
	}

}
