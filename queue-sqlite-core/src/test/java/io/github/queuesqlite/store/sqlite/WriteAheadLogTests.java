package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.InsertResult;
import io.github.queuesqlite.store.Keys;
import io.github.queuesqlite.store.SettleResult;
import io.github.queuesqlite.store.StoredMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The write-ahead log is bounded, and copied into the file when there is time. */
class WriteAheadLogTests {

	private static final long MEGABYTE = 1024 * 1024;

	private static final Keys KEYS = new Keys(TestStore.TASK, null, null);

	@TempDir
	Path directory;

	@Test
	void logWhenMuchIsWrittenStaysBounded() throws IOException {
		Path wal = this.directory.resolve("queue_shard_0.db-wal");
		long most = 0;
		try (TestStore queue = TestStore.open(this.directory, 1)) {
			for (int i = 0; i < 24; i++) {
				List<CompletableFuture<InsertResult>> handedIn = new ArrayList<>();
				for (int j = 0; j < 80; j++) {
					long id = queue.store.assignId(queue.instance, KEYS);
					handedIn.add(queue.insertLater(List.of(queue.insertion(id, KEYS, 64 * 1024))));
				}
				handedIn.forEach(TestStore::get);
				most = Math.max(most, Files.size(wal));
			}
			assertThat(most).isLessThan(84 * MEGABYTE);
			assertThat(Files.size(this.directory.resolve("queue_shard_0.db"))).isGreaterThan(30 * MEGABYTE);
			// What idle time is for: all of the log gets into the file.
			await().untilAsserted(() -> assertThat(Files.size(this.directory.resolve("queue_shard_0.db")))
				.isGreaterThan(120 * MEGABYTE));
		}
		assertThat(wal).doesNotExist();
	}

	@Test
	void logWhenForeignReaderPinsItRefusesNewMessagesAndSettlesOn() throws SQLException {
		try (TestStore queue = TestStore.open(this.directory, 1, 4 * MEGABYTE)) {
			queue.insert(10);
			StoredMessage running = queue.claim(1).get(0);
			long refused = 0;
			try (Connection reader = DriverManager
				.getConnection("jdbc:sqlite:" + this.directory.resolve("queue_shard_0.db"));
					Statement statement = reader.createStatement()) {
				statement.execute("BEGIN");
				try (ResultSet row = statement.executeQuery("SELECT count(*) FROM message")) {
					row.next();
				}
				for (int i = 0; i < 400 && refused == 0; i++) {
					try {
						long start = System.nanoTime();
						queue.insert(64 * 1024);
						// No checkpoint may wait for the reader: that would take 10 s.
						assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
					}
					catch (StoreUnavailableException ex) {
						assertThat(ex).hasMessageContaining("write-ahead log");
						refused = ex.messageId().value();
					}
				}
				assertThat(refused).isNotZero();
				assertThat(queue.store.find(refused)).isEmpty();
				assertThat(queue.store.shardStats()).noneMatch((shard) -> shard.accepting());
				assertThat(queue.complete(running)).isEqualTo(SettleResult.APPLIED);
				statement.execute("COMMIT");
			}
			await().untilAsserted(() -> {
				queue.store.probe();
				assertThat(queue.store.shardStats()).allMatch((shard) -> shard.accepting());
			});
			queue.insert(64 * 1024);
		}
	}

}
