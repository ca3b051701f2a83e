package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class StatementsTests {

	@TempDir
	Path directory;

	@Test
	void runWhenItFailedBeforeWorksAgain() throws SQLException {
		try (Connection connection = SqliteConnections.openWriter(this.directory.resolve("file.db"));
				Statements statements = new Statements(connection)) {
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> statements.run("ROLLBACK"))
				.withMessageContaining("no transaction");
			statements.run("BEGIN IMMEDIATE");
			statements.run("ROLLBACK");
			statements.run("BEGIN IMMEDIATE");
			statements.run("ROLLBACK");
			assertThat(statements.number("SELECT 1")).isEqualTo(1);
		}
	}

}
