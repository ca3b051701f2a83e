package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.store.ClaimOrder;
import io.github.queuesqlite.store.HistoryRule;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.Retention;
import io.github.queuesqlite.store.Shard;
import io.github.queuesqlite.store.WriterSettings;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** How much of a file the connections of a store keep in memory. */
class CacheSizeTests {

	private static final long KILOBYTE = 1024;

	@TempDir
	Path directory;

	@Test
	void connectionsOfAStoreHaveTheSizesThatWereSet() {
		try (MessageStore store = open(new CacheSettings(300 * KILOBYTE, 700 * KILOBYTE))) {
			assertThat(store).extracting("group.shards", InstanceOfAssertFactories.map(Integer.class, Shard.class))
				.hasSize(2)
				.allSatisfy((number, shard) -> {
					assertThat(shard.outlook())
						.extracting("connection", InstanceOfAssertFactories.type(Connection.class))
						.satisfies((connection) -> assertThat(cacheSize(connection)).isEqualTo(-300));
					assertThat(shard.reader()).extracting("reads", InstanceOfAssertFactories.type(Reads.class))
						.satisfies((reads) -> assertThat(reads.<Long>read(file(number), new ReaderGate(),
								(statements) -> statements.number("PRAGMA cache_size")))
							.isEqualTo(-700));
				});
		}
	}

	private MessageStore open(CacheSettings cache) {
		return SqliteStores.open(new SqliteStoreSettings(this.directory, 2,
				new WriterSettings(true, 100, Duration.ofMinutes(1), Duration.ofSeconds(1), QueueRecorder.NONE),
				Retention.DEFAULT, 1L << 30, InstantSource.system(), DiskSettings.DEFAULT, ClaimOrder.DEFAULT,
				HistoryRule.OFF, cache));
	}

	private Path file(int shard) {
		return this.directory.resolve("queue_shard_" + shard + ".db");
	}

	private static long cacheSize(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("PRAGMA cache_size")) {
			row.next();
			return row.getLong(1);
		}
	}

}
