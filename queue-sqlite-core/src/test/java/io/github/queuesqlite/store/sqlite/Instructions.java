package io.github.queuesqlite.store.sqlite;

import java.sql.Connection;
import java.sql.SQLException;

import org.sqlite.ProgressHandler;

import static org.assertj.core.api.Assertions.assertThat;

/** Counts what SQLite does for a statement, so that no clock is needed to compare. */
final class Instructions {

	private Instructions() {
	}

	/**
	 * Returns how many it takes to run a statement; one that updates must find one row.
	 */
	static int of(Connection connection, Statements statements, String sql, Object... values) throws SQLException {
		statements.bind(sql, values);
		int[] instructions = { 0 };
		ProgressHandler.setHandler(connection, 1, new ProgressHandler() {

			@Override
			protected int progress() {
				instructions[0]++;
				return 0;
			}

		});
		if (sql.startsWith("UPDATE")) {
			assertThat(statements.update(sql, values)).isOne();
		}
		else {
			statements.each((row) -> row.getString(1), sql, values);
		}
		ProgressHandler.clearHandler(connection);
		assertThat(instructions[0]).isPositive();
		return instructions[0];
	}

}
