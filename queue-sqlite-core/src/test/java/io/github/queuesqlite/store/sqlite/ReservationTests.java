package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;

import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.store.Keys;
import io.github.queuesqlite.store.ShardRouter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Reservations of idempotency keys whose message is in another shard. */
class ReservationTests {

	private static final int SHARDS = 3;

	@TempDir
	Path directory;

	@Test
	void pruneWhenMessagesAreGoneRemovesTheirReservations() {
		try (TestStore queue = TestStore.open(this.directory, SHARDS)) {
			for (int i = 0; i < 300; i++) {
				queue.insert(new Keys(TestStore.TASK, "i" + i, "u" + i), 10);
			}
			queue.store.prune();
			int reserved = reservations();
			assertThat(reserved).isPositive();
			queue.store.purge(MessageQuery.all());
			queue.store.prune();
			queue.store.prune();
			assertThat(reservations()).isZero();
		}
	}

	@Test
	void pruneWhenMessagesAreKeptKeepsTheirReservations() {
		try (TestStore queue = TestStore.open(this.directory, SHARDS)) {
			for (int i = 0; i < 50; i++) {
				queue.insert(new Keys(TestStore.TASK, "i" + i, "u" + i), 10);
			}
			int reserved = reservations();
			queue.store.prune();
			assertThat(reservations()).isEqualTo(reserved);
			for (int i = 0; i < 50; i++) {
				assertThat(queue.insert(new Keys("other", "i" + i, "v" + i), 10)[1]).isNotZero();
			}
		}
	}

	@Test
	void insertWhenTheProcessThatReservedDiedTakesTheKey() throws SQLException {
		long dead;
		try (TestStore queue = TestStore.open(this.directory, SHARDS)) {
			dead = queue.instance.epoch();
		}
		// It reserved the keys and died before it stored their messages.
		ShardRouter router = new ShardRouter(List.of(0, 1, 2), (shard) -> 0);
		for (int i = 0; i < 10; i++) {
			TestStore.sql(file(router.homeOfIdempotency("i" + i)),
					"INSERT INTO reservation (idempotency_key, message_id, epoch) VALUES ('i" + i + "', " + (1000 + i)
							+ ", " + dead + ")");
		}
		try (TestStore queue = TestStore.open(this.directory, SHARDS)) {
			for (int i = 0; i < 10; i++) {
				assertThat(queue.insert(new Keys(TestStore.TASK, "i" + i, "u" + i), 10)[1]).isZero();
			}
			assertThat(queue.all()).hasSize(10);
		}
	}

	private Path file(int shard) {
		return this.directory.resolve("queue_shard_" + shard + ".db");
	}

	private int reservations() {
		return IntStream.range(0, SHARDS).map(this::reservations).sum();
	}

	private int reservations(int shard) {
		try {
			return Integer.parseInt(TestStore.sql(file(shard), "SELECT count(*) FROM reservation"));
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
