package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.IdLayout;
import io.github.queuesqlite.store.InsertResult;
import io.github.queuesqlite.store.Keys;
import io.github.queuesqlite.store.ReservedKey;
import io.github.queuesqlite.store.ShardRouter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** Reservations of keys whose message is in another shard. */
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
	void pruneWhenMessagesEndedRemovesTheReservationsOfTheirUniqueKeys() {
		try (TestStore queue = TestStore.open(this.directory, SHARDS)) {
			for (int i = 0; i < 60; i++) {
				queue.insert(new Keys(TestStore.TASK, null, "u" + i, "o" + i), 10);
			}
			queue.store.prune();
			int reserved = reservations();
			assertThat(reserved).isPositive();
			queue.claim(100).forEach(queue::complete);
			queue.store.prune();
			queue.store.prune();
			assertThat(reservations()).isZero();
		}
	}

	@Test
	void insertWhenTheProcessThatReservedAUniqueKeyDiedTakesTheKey() throws SQLException {
		long dead;
		try (TestStore queue = TestStore.open(this.directory, SHARDS)) {
			dead = queue.instance.epoch();
		}
		ShardRouter router = new ShardRouter(List.of(0, 1, 2), (shard) -> 0);
		for (int i = 0; i < 10; i++) {
			ReservedKey key = new ReservedKey(TestStore.TASK, "u" + i);
			TestStore.sql(file(router.homeOf(key)),
					"INSERT INTO reservation (idempotency_key, message_id, epoch) VALUES (char(0) || '"
							+ key.name().substring(1).replace("\0", "' || char(0) || '") + "', " + (1000 + i) + ", "
							+ dead + ")");
		}
		try (TestStore queue = TestStore.open(this.directory, SHARDS)) {
			for (int i = 0; i < 10; i++) {
				String order = (i % 2 == 0) ? "o" + i : null;
				assertThat(queue.insert(new Keys(TestStore.TASK, null, "u" + i, order), 10)[1]).isZero();
			}
			assertThat(queue.all()).hasSize(10);
		}
	}

	@ParameterizedTest
	@CsvSource(nullValues = "-", value = { "-, key", "task, key", "-, task", "task, 'a b'" })
	void nameOfAKeyIsReadBack(String task, String key) {
		for (String text : List.of(key, "\0" + key, "\0\0" + key, key + "\0")) {
			ReservedKey reserved = new ReservedKey(task, text);
			assertThat(ReservedKey.ofName(reserved.name())).isEqualTo(reserved);
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

	@Test
	void insertWhenDeclaredDeadAfterTheReservationStoresNothing() throws SQLException {
		try (TestStore queue = TestStore.open(this.directory, SHARDS)) {
			Keys keys = keysReservedElsewhere(queue);
			int home = home(keys);
			long id = queue.store.assignId(queue.instance, keys);
			CompletableFuture<InsertResult> frozen;
			try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file(IdLayout.shard(id)));
					Statement statement = other.createStatement()) {
				statement.execute("BEGIN IMMEDIATE");
				statement.execute("UPDATE instance SET dead = 1 WHERE epoch = " + queue.instance.epoch());
				frozen = queue.insertLater(List.of(queue.insertion(id, keys, 10)));
				await().until(() -> reservations(home) == 1);
				statement.execute("COMMIT");
			}
			assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(() -> TestStore.get(frozen))
				.withMessageContaining("Nothing was stored")
				.satisfies((ex) -> assertThat(ex.messageId()).isEqualTo(new MessageId(id)));
			assertThat(queue.store.find(id)).isEmpty();
		}
		try (TestStore queue = TestStore.open(this.directory, SHARDS)) {
			assertThat(queue.insert(keysReservedElsewhere(queue), 10)[1]).isZero();
			assertThat(queue.all()).hasSize(1);
		}
	}

	@Test
	void insertWhenItTakesAKeyOverDeclaresItsReserverDeadWhereItWouldStore() throws SQLException {
		long gone = 1_000_000;
		try (TestStore queue = TestStore.open(this.directory, SHARDS)) {
			for (int shard = 0; shard < SHARDS; shard++) {
				TestStore.sql(file(shard), "INSERT INTO instance (epoch, name, slot, started_at, beat_at) VALUES ("
						+ gone + ", 'gone', 17, 0, 0)");
			}
			Keys keys = keysReservedElsewhere(queue);
			long holder = queue.store.assignId(queue.instance, keys);
			TestStore.sql(file(home(keys)), "INSERT INTO reservation (idempotency_key, message_id, epoch) VALUES ('"
					+ keys.idempotencyKey() + "', " + holder + ", " + gone + ")");
			assertThat(queue.insert(keys, 10)[1]).isZero();
			assertThat(TestStore.sql(file(IdLayout.shard(holder)), "SELECT dead FROM instance WHERE epoch = " + gone))
				.isEqualTo("1");
		}
	}

	/** Keys whose message is in another shard than its idempotency key. */
	private static Keys keysReservedElsewhere(TestStore queue) {
		return IntStream.range(0, 100)
			.mapToObj((i) -> new Keys(TestStore.TASK, "i", "u" + i))
			.filter((keys) -> IdLayout.shard(queue.store.assignId(queue.instance, keys)) != home(keys))
			.findFirst()
			.orElseThrow();
	}

	private static int home(Keys keys) {
		return new ShardRouter(List.of(0, 1, 2), (shard) -> 0).homeOfIdempotency(keys.idempotencyKey());
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
