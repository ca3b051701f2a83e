package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;

import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Files of earlier versions are brought to this one, with all that is in them. */
class MigrationsTests {

	@TempDir
	Path directory;

	/** As the version with that schema has left it. */
	private Connection fileOfVersion(int version) throws Exception {
		Connection connection = DriverManager.getConnection("jdbc:sqlite:" + this.directory.resolve("shard.db"));
		Flyway.configure()
			.dataSource(new SingleConnectionDataSource(connection, true))
			.locations("classpath:io/github/queuesqlite/store/sqlite/migration/shard")
			.table("queue_schema_history")
			.target(Integer.toString(version))
			.load()
			.migrate();
		SqliteConnections.execute(connection, "PRAGMA application_id = " + 0x7173716c);
		SqliteConnections.execute(connection, "PRAGMA user_version = " + version);
		return connection;
	}

	@Test
	void applyWhenInstancesSayNothingOfWhatTheyTakeLetsThemSayIt() throws Exception {
		try (Connection connection = fileOfVersion(13); Statements statements = new Statements(connection)) {
			statements.update("""
					INSERT INTO instance (epoch, name, slot, started_at, beat_at) VALUES (7, 'before', 0, 1, 2)""");
			statements.update("""
					INSERT INTO message (id, seq, queue, task, state, priority, created_at, run_at, checksum)
					VALUES (1, 1, 'default', 'mail', 20, 0, 3, 4, 5)""");
			Migrations.shard().apply(connection, this.directory.resolve("shard.db"));
			assertThat(statements.number("PRAGMA user_version")).isEqualTo(19);
			assertThat(AuditTable.latest(statements, 10)).isEmpty();
			assertThat(statements.text("SELECT name FROM instance WHERE epoch = 7 AND hosting IS NULL"))
				.isEqualTo("before");
			assertThat(statements.number("SELECT run_at FROM message WHERE id = 1 AND state = 20")).isEqualTo(4);
			new InstanceTable(statements).host(7, "{}");
			assertThat(statements.text("SELECT hosting FROM instance WHERE epoch = 7")).isEqualTo("{}");
		}
	}

}
