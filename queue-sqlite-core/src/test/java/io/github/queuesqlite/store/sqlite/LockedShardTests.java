package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What goes on while another program holds the lock of a shard. */
class LockedShardTests {

	/** Less than a writer waits for the lock. */
	private static final Duration BEFORE_IT_GIVES_UP = Duration.ofSeconds(8);

	@TempDir
	Path directory;

	@Test
	void beatReachesTheOtherShardsAtOnce() throws SQLException {
		try (TestStore queue = TestStore.open(this.directory, 2);
				Connection other = SqliteConnections.openWriter(this.directory.resolve("queue_shard_0.db"))) {
			SqliteConnections.execute(other, "BEGIN IMMEDIATE");
			long before = beat(queue);
			CompletableFuture<Boolean> told = CompletableFuture.supplyAsync(() -> queue.store.beat(queue.instance));
			await().atMost(BEFORE_IT_GIVES_UP).until(() -> beat(queue) > before);
			SqliteConnections.execute(other, "ROLLBACK");
			assertThat(told.join()).isTrue();
		}
	}

	private static long beat(TestStore queue) {
		return queue.store.peers()
			.stream()
			.filter((peer) -> peer.epoch() == queue.instance.epoch())
			.findFirst()
			.orElseThrow()
			.beat();
	}

}
