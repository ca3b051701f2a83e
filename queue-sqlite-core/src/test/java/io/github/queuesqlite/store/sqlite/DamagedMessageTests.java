package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

import io.github.queuesqlite.LogLines;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.store.AttributesCodec;
import io.github.queuesqlite.store.FailureCodec;
import io.github.queuesqlite.store.FailureRecord;
import io.github.queuesqlite.store.FutureCompletion;
import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.Keys;
import io.github.queuesqlite.store.SettleResult;
import io.github.queuesqlite.store.Settlement;
import io.github.queuesqlite.store.StoredMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** A message that is not what was stored harms nobody else and reaches no handler. */
class DamagedMessageTests {

	@TempDir
	Path directory;

	private Path file() {
		return this.directory.resolve("queue_shard_0.db");
	}

	private TestStore open() {
		return TestStore.open(this.directory, 1);
	}

	/** A message that has a value in every column that never changes. */
	private static Insertion full(TestStore queue, int number) {
		Keys keys = new Keys(TestStore.TASK, "unique-" + number, "idempotent-" + number, "ordering-" + number);
		String attributes = AttributesCodec.encode(NewMessage.to(TestStore.TASK).source("test").tags("red"));
		long now = System.currentTimeMillis();
		return new Insertion(queue.store.assignId(queue.instance, keys), keys, TestStore.QUEUE, TestStore.TASK, 3, now,
				now, now + 3_600_000, 4, attributes, "bytes", new byte[] { 1, 2, 3 }, false);
	}

	private void change(long id, String assignment) throws SQLException {
		TestStore.sql(file(), "UPDATE message SET " + assignment + " WHERE id = " + id);
	}

	@ParameterizedTest
	@ValueSource(strings = { "payload = x'010204'", "payload = NULL", "payload = x''", "codec = 'json'", "codec = NULL",
			"attributes = '{}'", "attributes = NULL", "attributes = 'no JSON'", "idempotency_key = 'other'",
			"idempotency_key = NULL", "unique_key = 'other'", "unique_key = NULL", "ordering_key = 'other'",
			"ordering_key = NULL", "task = 'other'", "queue = 'other'", "priority = 4", "created_at = created_at - 1",
			"max_attempts = 5", "max_attempts = NULL", "expires_at = expires_at + 1", "expires_at = NULL",
			"id = id + 7777", "checksum = checksum + 1", "checksum = checksum | (1 << 40)", "checksum = 0",
			"checksum = checksum & 4294967295, payload = x'010204'" })
	void claimWhenContentWasChangedEndsItDeadAndLeavesTheOthersAlone(String assignment) throws SQLException {
		long damaged;
		List<Long> sound = new ArrayList<>();
		try (TestStore queue = open()) {
			List<Insertion> rows = List.of(full(queue, 1), full(queue, 2), full(queue, 3));
			rows.forEach((row) -> queue.insert(List.of(row)));
			damaged = rows.get(1).id();
			sound.add(rows.get(0).id());
			sound.add(rows.get(2).id());
		}
		change(damaged, assignment);
		long id = damaged + (assignment.startsWith("id =") ? 7777 : 0);
		try (TestStore queue = open(); LogLines log = LogLines.of(ShardClaims.class)) {
			StoredMessage before = queue.store.find(id).orElseThrow();
			assertThat(before.damaged()).as(before.toString()).isTrue();
			assertThat(before.state()).isEqualTo(MessageState.READY);
			List<StoredMessage> claimed = new ArrayList<>(queue.claim(10));
			claimed.addAll(queue.store.claim(queue.instance, "other", Set.of(TestStore.TASK), 10));
			claimed.addAll(queue.store.claim(queue.instance, TestStore.QUEUE, Set.of("other"), 10));
			assertThat(claimed).extracting(StoredMessage::id).containsExactlyInAnyOrderElementsOf(sound);
			assertThat(claimed).noneMatch(StoredMessage::damaged);
			StoredMessage dead = queue.store.find(id).orElseThrow();
			assertThat(dead.state()).isEqualTo(MessageState.DEAD);
			assertThat(dead.payload()).isEqualTo(before.payload());
			assertThat(dead.attempt()).isZero();
			assertThat(FailureCodec.decode(dead.lastError()).type()).isEqualTo(FailureRecord.DAMAGED);
			assertThat(queue.store.failures(id)).singleElement()
				.satisfies((failure) -> assertThat(failure.message()).contains("is damaged"));
			assertThat(log.lines()).singleElement().satisfies((line) -> assertThat(line).contains("is damaged"));
			claimed.forEach((message) -> assertThat(queue.complete(message)).isEqualTo(SettleResult.APPLIED));
			long counted = queue.store.counts()
				.stream()
				.filter((count) -> count.state() == MessageState.DEAD)
				.mapToLong((count) -> count.messages())
				.sum();
			assertThat(counted).isOne();
		}
	}

	@Test
	void claimWhenTheFrontOfALineWasChangedLetsTheNextRun() throws SQLException {
		Keys keys = new Keys(TestStore.TASK, null, null, "o");
		long damaged;
		long next;
		try (TestStore queue = open()) {
			damaged = queue.insert(keys, 10)[0];
			next = queue.insert(keys, 10)[0];
		}
		change(damaged, "payload = x'00'");
		try (TestStore queue = open()) {
			assertThat(queue.claim(10)).isEmpty();
			assertThat(queue.claim(10)).extracting(StoredMessage::id).containsExactly(next);
			assertThat(queue.store.find(damaged).orElseThrow().state()).isEqualTo(MessageState.DEAD);
		}
	}

	@Test
	void claimWhenABitOfAPayloadWasFlippedInTheFileNoticesEveryOne() throws IOException {
		Random random = new Random(4711);
		Map<Long, byte[]> payloads = new HashMap<>();
		try (TestStore queue = open()) {
			for (int i = 0; i < 300; i++) {
				byte[] payload = new byte[16 + random.nextInt((i % 30 == 0) ? 20_000 : 300)];
				random.nextBytes(payload);
				Keys keys = new Keys(TestStore.TASK, null, null);
				long id = queue.store.assignId(queue.instance, keys);
				long now = System.currentTimeMillis();
				queue.insert(List.of(new Insertion(id, keys, TestStore.QUEUE, TestStore.TASK, 1, now, now, null, null,
						null, "bytes", payload, false)));
				payloads.put(id, payload);
			}
		}
		byte[] bytes = Files.readAllBytes(file());
		String text = new String(bytes, StandardCharsets.ISO_8859_1);
		try (RandomAccessFile file = new RandomAccessFile(file().toFile(), "rw")) {
			for (byte[] payload : payloads.values()) {
				// What one page surely has of it; pages keep copies of what was moved.
				String start = new String(payload, 0, 16, StandardCharsets.ISO_8859_1);
				int inside = random.nextInt(16);
				int bit = 1 << random.nextInt(8);
				for (int at = text.indexOf(start); at >= 0; at = text.indexOf(start, at + 1)) {
					file.seek(at + inside);
					file.write(bytes[at + inside] ^ bit);
				}
			}
		}
		try (TestStore queue = open()) {
			assertThat(queue.claim(1000)).isEmpty();
			assertThat(queue.all()).hasSize(300)
				.allMatch((message) -> message.damaged() && message.state() == MessageState.DEAD)
				.allMatch((message) -> message.payload().length == payloads.get(message.id()).length);
		}
	}

	@Test
	void retryWhenMessageIsDamagedEndsItDeadAgain() throws SQLException {
		long id;
		try (TestStore queue = open()) {
			id = queue.insert(10);
		}
		change(id, "payload = x'00'");
		try (TestStore queue = open()) {
			assertThat(queue.claim(1)).isEmpty();
			assertThat(queue.store.retry(id)).isTrue();
			assertThat(queue.claim(1)).isEmpty();
			assertThat(queue.store.find(id).orElseThrow().state()).isEqualTo(MessageState.DEAD);
		}
	}

	@Test
	void retryWhenMessageHadAnExpiryLeavesItSound() {
		try (TestStore queue = open()) {
			Insertion row = full(queue, 1);
			queue.insert(List.of(row));
			assertThat(queue.store.cancel(row.id())).isNotNull();
			assertThat(queue.store.retry(row.id())).isTrue();
			StoredMessage message = queue.store.find(row.id()).orElseThrow();
			assertThat(message.expiresAt()).isNull();
			assertThat(message.damaged()).isFalse();
			assertThat(queue.claim(1)).singleElement().matches((claimed) -> !claimed.damaged());
		}
	}

	@Test
	void updatePayloadWhenMessageIsSoundLeavesItSound() {
		try (TestStore queue = open()) {
			Insertion row = full(queue, 1);
			queue.insert(List.of(row));
			assertThat(queue.store.updatePayload(row.id(), "json", new byte[] { 9 })).isTrue();
			assertThat(queue.claim(1)).singleElement().satisfies((message) -> {
				assertThat(message.payload()).containsExactly(9);
				assertThat(message.damaged()).isFalse();
			});
		}
	}

	@Test
	void updatePayloadWhenMessageIsDamagedRefuses() throws SQLException {
		long id;
		try (TestStore queue = open()) {
			id = queue.insert(10);
		}
		change(id, "created_at = created_at + 1");
		try (TestStore queue = open()) {
			assertThatExceptionOfType(QueueException.class)
				.isThrownBy(() -> queue.store.updatePayload(id, "bytes", new byte[1]))
				.withMessageContaining("is damaged");
			assertThat(queue.claim(1)).isEmpty();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "result = x'3132'", "result = NULL", "result_codec = 'bytes'", "payload = x''" })
	void findWhenResultWasChangedSaysSo(String assignment) throws SQLException {
		long id;
		try (TestStore queue = open()) {
			id = queue.insert(10);
			FutureCompletion<SettleResult> settled = new FutureCompletion<>();
			queue.store.settle(new Settlement.Complete(queue.claim(1).get(0).runKey(), "json", new byte[] { '1', '3' }),
					settled);
			assertThat(TestStore.get(settled.future())).isEqualTo(SettleResult.APPLIED);
			assertThat(queue.store.find(id).orElseThrow().damaged()).isFalse();
		}
		change(id, assignment);
		try (TestStore queue = open()) {
			assertThat(queue.store.find(id).orElseThrow().damaged()).isTrue();
		}
	}

	@Test
	void listWhenAttributesOrStatesAreDamagedListsAll() throws SQLException {
		List<Long> ids = new ArrayList<>();
		try (TestStore queue = open()) {
			for (int i = 0; i < 4; i++) {
				Insertion row = full(queue, i);
				queue.insert(List.of(row));
				ids.add(row.id());
			}
		}
		change(ids.get(0), "attributes = '{\"tags\": [\"re'");
		try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file())) {
			SqliteConnections.execute(connection, "PRAGMA ignore_check_constraints = ON");
			SqliteConnections.execute(connection, "UPDATE message SET state = 35 WHERE id = " + ids.get(1));
		}
		try (TestStore queue = open()) {
			assertThat(queue.store.list(MessageQuery.all().tag("red"))).extracting(StoredMessage::id)
				.containsExactlyElementsOf(ids.subList(1, 4));
			assertThat(queue.all()).extracting(StoredMessage::damaged).containsExactly(true, true, false, false);
		}
	}

	@Test
	void claimWhenTextIsNoUnicodeFindsItSound() {
		try (TestStore queue = open()) {
			Keys keys = new Keys(TestStore.TASK, null, "half \ud834 and \u0000 zero");
			Insertion row = full(queue, 1);
			queue.insert(List.of(new Insertion(queue.store.assignId(queue.instance, keys), keys, row.queue(),
					row.task(), 1, row.createdAt(), row.runAt(), null, null, "{\"source\":\"\ud834\"}", "bytes",
					new byte[0], false)));
			assertThat(queue.claim(1)).hasSize(1);
		}
	}

}
