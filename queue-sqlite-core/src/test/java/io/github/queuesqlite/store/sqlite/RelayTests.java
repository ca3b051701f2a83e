package io.github.queuesqlite.store.sqlite;

import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;

import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.FutureCompletion;
import io.github.queuesqlite.store.IdLayout;
import io.github.queuesqlite.store.InsertResult;
import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.Keys;
import io.github.queuesqlite.store.Relay;
import io.github.queuesqlite.store.SettleResult;
import io.github.queuesqlite.store.Settlement;
import io.github.queuesqlite.store.StoredMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Messages that the end of a run enqueues for other shards, between any two of their
 * commits. Nobody hands them over by himself here.
 */
class RelayTests {

	private static final int SHARDS = 4;

	private static final String NEXT = "next";

	@TempDir
	Path directory;

	private TestStore open() {
		return TestStore.open(this.directory, SHARDS);
	}

	/** One whose key is at home in a shard. */
	private static Insertion ordered(TestStore queue, int home, String key) {
		for (int i = 0;; i++) {
			Keys keys = new Keys(NEXT, null, null, key + i);
			long id = queue.store.assignId(queue.instance, keys);
			if (IdLayout.shard(id) == home) {
				return queue.insertion(id, keys, 10);
			}
		}
	}

	/** Several with one key, of which a message is completed. */
	private static List<Insertion> settle(TestStore queue, int from, int home, int count) {
		Insertion first = ordered(queue, home, "k" + from + "-" + home + "-");
		List<Insertion> followUps = new ArrayList<>(List.of(first));
		while (followUps.size() < count) {
			followUps.add(queue.insertion(queue.store.assignId(queue.instance, first.keys()), first.keys(), 10));
		}
		settle(queue, from, followUps);
		return followUps;
	}

	private static void settle(TestStore queue, int from, List<Insertion> followUps) {
		long id = queue.store.assignId(queue.instance, from);
		queue.insert(List.of(queue.insertion(id, new Keys(TestStore.TASK, null, null), 1)));
		StoredMessage message = queue.claim(1).get(0);
		assertThat(message.shard()).isEqualTo(from);
		FutureCompletion<SettleResult> future = new FutureCompletion<>();
		queue.store.settle(new Settlement.Complete(message.runKey(), null, null).with(followUps), future);
		assertThat(future.future().join()).isEqualTo(SettleResult.APPLIED);
	}

	private static List<Long> stored(TestStore queue) {
		return queue.all().stream().filter((message) -> message.task().equals(NEXT)).map(StoredMessage::id).toList();
	}

	private static List<Long> ids(List<Insertion> messages) {
		return messages.stream().map(Insertion::id).toList();
	}

	private static boolean isRunnable(TestStore queue) {
		return queue.store.hasRunnable((name, task) -> task.equals(NEXT), System.currentTimeMillis());
	}

	@Test
	void messageOfAnotherShardArrivesInItsPlaceWhenItIsHandedOver() {
		try (TestStore queue = open()) {
			List<Insertion> messages = settle(queue, 0, 2, 5);
			assertThat(stored(queue)).isEmpty();
			assertThat(queue.store.isAnyRelay()).isTrue();
			assertThat(isRunnable(queue)).as("drain waits for what is under way").isTrue();
			assertThat(queue.store.find(messages.get(3).id())).get()
				.satisfies(
						(message) -> assertThat(message.orderingKey()).isEqualTo(messages.get(3).keys().orderingKey()));
			assertThat(queue.store.handOver(queue.instance)).isEqualTo(5);
			assertThat(queue.store.isAnyRelay()).isFalse();
			assertThat(stored(queue)).containsExactlyElementsOf(ids(messages));
			for (Insertion message : messages) {
				List<StoredMessage> claimed = queue.store.claim(queue.instance, TestStore.QUEUE, Set.of(NEXT), 10);
				assertThat(claimed).extracting(StoredMessage::id).containsExactly(message.id());
				assertThat(claimed.get(0).payload()).isEqualTo(message.payload());
				queue.complete(claimed.get(0));
			}
			assertThat(queue.store.handOver(queue.instance)).isZero();
		}
	}

	@Test
	void messageWhenItsProcessDiesBeforeItIsHandedOverIsHandedOverByAnother() {
		List<Insertion> messages;
		try (TestStore queue = open()) {
			messages = settle(queue, 1, 3, 3);
		}
		try (TestStore queue = open()) {
			assertThat(queue.store.handOver(queue.instance)).isEqualTo(3);
			assertThat(stored(queue)).containsExactlyElementsOf(ids(messages));
		}
	}

	@Test
	void messageWhenItsProcessDiesBeforeItIsForgottenIsStoredOnce() throws SQLException {
		try (TestStore queue = open()) {
			settle(queue, 0, 2, 3);
			keepRelay(0);
			assertThat(queue.store.handOver(queue.instance)).isEqualTo(3);
			// Also when it has come to its end and was deleted meanwhile.
			StoredMessage first = queue.store.claim(queue.instance, TestStore.QUEUE, Set.of(NEXT), 1).get(0);
			queue.complete(first);
			assertThat(queue.store.delete(first.id())).isTrue();
			assertThat(stored(queue)).hasSize(2);
		}
		bringBackRelay(0);
		try (TestStore queue = open()) {
			assertThat(queue.store.handOver(queue.instance)).isEqualTo(3);
			assertThat(stored(queue)).hasSize(2);
			assertThat(queue.store.isAnyRelay()).isFalse();
		}
	}

	@Test
	void messageWithAUniqueKeyWhenItIsHandedOverAgainKeepsItsKey() throws SQLException {
		try (TestStore queue = open()) {
			List<Insertion> messages = new ArrayList<>();
			for (int i = 0; i < 8; i++) {
				Keys keys = new Keys(NEXT, "i" + i, "u" + i, "o" + i);
				messages.add(queue.insertion(queue.store.assignId(queue.instance, keys), keys, 1));
			}
			settle(queue, 0, messages);
			keepRelay(0);
			assertThat(queue.store.handOver(queue.instance)).isEqualTo(8);
		}
		bringBackRelay(0);
		try (TestStore queue = open()) {
			assertThat(queue.store.handOver(queue.instance)).isEqualTo(8);
			assertThat(stored(queue)).hasSize(8);
			for (int i = 0; i < 8; i++) {
				assertThat(queue.insert(new Keys(NEXT, null, "u" + i), 1)[1]).isNotZero();
				assertThat(queue.insert(new Keys(NEXT, "i" + i, null), 1)[1]).isNotZero();
			}
		}
	}

	@Test
	void instanceThatIsTakenForDeadComesTooLate() throws SQLException {
		try (TestStore queue = open()) {
			Insertion message = ordered(queue, 2, "k");
			execute(2, "UPDATE instance SET dead = 1 WHERE epoch = " + queue.instance.epoch());
			FutureCompletion<InsertResult> future = new FutureCompletion<>();
			queue.store.insert(queue.instance, List.of(message.from(new Relay.Origin(0, 1, 1))), future);
			assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> future.future().join())
				.withCauseInstanceOf(StoreUnavailableException.class);
			assertThat(stored(queue)).isEmpty();
			assertThat(count(2, "relayed")).isZero();
			execute(2, "UPDATE instance SET dead = 0");
		}
	}

	@Test
	void notesAreForgottenOnceTheirMessagesAre() throws SQLException {
		try (TestStore queue = open()) {
			for (int i = 0; i < 20; i++) {
				settle(queue, 0, 2, 2);
				assertThat(queue.store.handOver(queue.instance)).isEqualTo(2);
			}
			assertThat(count(2, "relayed")).isLessThanOrEqualTo(2);
			assertThat(count(0, "relay")).isZero();
		}
	}

	@Test
	void numberOfShardsStaysWhileMessagesAreUnderWay() {
		List<Insertion> messages;
		try (TestStore queue = open()) {
			messages = settle(queue, 0, 3, 3);
		}
		try (TestStore queue = TestStore.open(this.directory, 2)) {
			assertThat(queue.store.shards()).isEqualTo(SHARDS);
			assertThat(queue.store.handOver(queue.instance)).isEqualTo(3);
		}
		try (TestStore queue = TestStore.open(this.directory, 2)) {
			assertThat(queue.store.shards()).isEqualTo(2);
			assertThat(stored(queue)).containsExactlyInAnyOrderElementsOf(ids(messages));
		}
	}

	@Test
	void messagesForAQuarantinedShardWaitAndTheOthersGoOn() throws Exception {
		List<Insertion> others;
		try (TestStore queue = open()) {
			settle(queue, 0, 2, 3);
			others = settle(queue, 0, 1, 3);
		}
		try (RandomAccessFile file = new RandomAccessFile(file(2).toFile(), "rw")) {
			file.seek(4096);
			file.write(new byte[(int) file.length() - 4096]);
		}
		try (TestStore queue = open()) {
			assertThat(queue.store.handOver(queue.instance)).isEqualTo(3);
			assertThat(stored(queue)).containsExactlyElementsOf(ids(others));
			assertThat(queue.store.isAnyRelay()).isTrue();
			assertThat(count(0, "relay")).isEqualTo(3);
		}
	}

	private Path file(int shard) {
		return this.directory.resolve("queue_shard_" + shard + ".db");
	}

	/** As if the transaction that forgets was never committed. */
	private void keepRelay(int shard) throws SQLException {
		execute(shard, "CREATE TABLE kept AS SELECT * FROM relay");
	}

	private void bringBackRelay(int shard) throws SQLException {
		execute(shard, "INSERT INTO relay SELECT * FROM kept");
	}

	private void execute(int shard, String sql) throws SQLException {
		try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file(shard));
				Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	private long count(int shard, String table) throws SQLException {
		try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file(shard));
				Statement statement = connection.createStatement();
				var row = statement.executeQuery("SELECT count(*) FROM " + table)) {
			return row.getLong(1);
		}
	}

}
