package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What messages that are held cost, counted in instructions of SQLite's virtual machine:
 * a number that does not depend on the machine.
 */
class OrderingCostTests {

	private static final int MANY = 20_000;

	/** A line, the first of which is READY, and one message without a key. */
	private static final String FILL = """
			WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < %d)
			INSERT INTO message (id, seq, queue, task, state, priority, created_at, run_at, checksum, ordering_key)
			SELECT n, n, 'default', 'task', CASE n WHEN 1 THEN 20 ELSE 21 END, 1, 0, 0, 0, 'k' FROM number
			UNION ALL SELECT 1000000, 1000000, 'default', 'task', 20, 1, 0, 0, 0, NULL""";

	@TempDir
	Path directory;

	@Test
	void claimWhenManyAreHeldCostsTheSame() throws SQLException {
		for (String sql : List.of(MessageTable.CLAIMABLE_OF_TASK, MessageTable.READY_OF_TASK)) {
			assertThat(cost(MANY, sql, "default", "task", 10)).isEqualTo(cost(2, sql, "default", "task", 10));
		}
		assertThat(cost(MANY, MessageTable.BEST_PRIORITY, "default", "task"))
			.isEqualTo(cost(2, MessageTable.BEST_PRIORITY, "default", "task"));
		assertThat(cost(MANY, MessageTable.READY_TASKS, "default"))
			.isEqualTo(cost(2, MessageTable.READY_TASKS, "default"));
	}

	@Test
	void passingTheTurnWhenTheLineIsLongCostsTheSame() throws SQLException {
		for (String sql : List.of(LineTable.FRONT, LineTable.TURN, LineTable.END)) {
			assertThat(cost(MANY, sql, "k")).isEqualTo(cost(2, sql, "k"));
		}
		assertThat(cost(MANY, MessageTable.SET_STATE, 20, 2)).isEqualTo(cost(2, MessageTable.SET_STATE, 20, 2));
	}

	private int cost(int line, String sql, Object... values) throws SQLException {
		Path file = this.directory.resolve("line-" + line + "-" + Math.abs(sql.hashCode()) + ".db");
		try (Connection connection = SqliteConnections.openWriter(file);
				Statements statements = new Statements(connection)) {
			Migrations.shard().apply(connection, file);
			statements.run("BEGIN IMMEDIATE");
			statements.update(FILL.formatted(line));
			for (String rebuild : LineTable.REBUILD) {
				statements.update(rebuild);
			}
			int instructions = Instructions.of(connection, statements, sql, values);
			statements.run("COMMIT");
			return instructions;
		}
	}

}
