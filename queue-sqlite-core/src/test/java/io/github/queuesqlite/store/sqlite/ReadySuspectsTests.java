package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Set;

import io.github.queuesqlite.store.ShardSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ReadySuspectsTests {

	@TempDir
	Path directory;

	@Test
	void firstWhenShardHasNoneReadsNothing() throws SQLException {
		Statements unreadable;
		try (Connection connection = SqliteConnections.openWriter(this.directory.resolve("empty.db"))) {
			unreadable = new Statements(connection);
		}
		ReadySuspects suspects = new ReadySuspects(unreadable, new PauseTable(unreadable, InstantSource.system()));
		suspects.set(false);
		assertThat(suspects.first("default", Set.of("task"))).isEqualTo(ShardSession.NO_SUSPECT);
		suspects.changed();
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> suspects.first("default", Set.of("task")));
	}

	@Test
	void firstReadsOnceUntilSomethingChanges() throws SQLException {
		try (Connection connection = SqliteConnections.openWriter(this.directory.resolve("shard.db"));
				Statements statements = new Statements(connection)) {
			statements.run("CREATE TABLE message (queue TEXT, task TEXT, seq INTEGER, state INTEGER)");
			statements.run("INSERT INTO message VALUES ('a', 'x', 7, 22), ('a', 'x', 5, 22), ('a', 'y', 3, 22),"
					+ " ('b', 'x', 1, 22), ('a', 'x', 2, 20)");
			ReadySuspects suspects = new ReadySuspects(statements, new PauseTable(statements, InstantSource.system()));
			suspects.changed();
			assertThat(suspects.first("a", Set.of("x"))).isEqualTo(5);
			assertThat(suspects.first("a", Set.of("x", "y"))).isEqualTo(3);
			assertThat(suspects.first("c", Set.of("x"))).isEqualTo(ShardSession.NO_SUSPECT);
			statements.run("DELETE FROM message");
			assertThat(suspects.first("a", Set.of("x"))).isEqualTo(5);
			suspects.changed();
			assertThat(suspects.first("a", Set.of("x"))).isEqualTo(ShardSession.NO_SUSPECT);
		}
	}

}
