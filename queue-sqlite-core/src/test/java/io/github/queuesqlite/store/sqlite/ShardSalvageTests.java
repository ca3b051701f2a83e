package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.sql.SQLException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Salvage reads rows without SQLite, and so has to know the table. */
class ShardSalvageTests {

	@TempDir
	Path directory;

	@Test
	void columnsWhenFileIsCreatedAreThoseOfTheTable() throws SQLException {
		TestStore.open(this.directory, 1).close();
		assertThat(TestStore.sql(this.directory.resolve("queue_shard_0.db"),
				"SELECT group_concat(name) FROM pragma_table_info('message')"))
			.isEqualTo(String.join(",", ShardSalvage.COLUMNS));
	}

}
