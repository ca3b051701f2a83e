package io.github.queuesqlite;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.QueueStats.ShardStats;
import io.github.queuesqlite.message.ShardQuarantinedException;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.IdLayout;
import io.github.queuesqlite.store.Quarantine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** A damaged shard is put out of use by name; the others go on. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class QuarantineTests extends QueueTester {

	private static final int PAGE = 4096;

	private Path file(int shard) {
		return this.directory.resolve("default").resolve("queue_shard_" + shard + ".db");
	}

	/** Fills both shards with messages whose payloads are larger than a page. */
	private List<MessageId> fill(int messages) {
		List<MessageId> ids = new ArrayList<>();
		for (int i = 0; i < messages; i++) {
			ids.add(this.operations.enqueue(TASK, "x".repeat(3000)));
		}
		assertThat(ids).anyMatch((id) -> shard(id) == 0).anyMatch((id) -> shard(id) == 1);
		return ids;
	}

	private static int shard(MessageId id) {
		return IdLayout.shard(id.value());
	}

	/** Overwrites pages, from a page on, of a file that nobody has open. */
	private void damage(int shard, int firstPage) throws IOException {
		try (RandomAccessFile file = new RandomAccessFile(file(shard).toFile(), "rw")) {
			for (long at = (long) (firstPage - 1) * PAGE; at < file.length(); at += PAGE) {
				file.seek(at);
				file.write(new byte[PAGE]);
			}
		}
	}

	private void openTwoShards() {
		open((builder) -> builder.shards(2));
	}

	private ShardStats stats(int shard) {
		return this.operations.stats().shards().get(shard);
	}

	private void assertOnlyTheOtherShardWorks(List<MessageId> ids) {
		assertThat(stats(1).quarantined()).isTrue();
		assertThat(stats(1).accepting()).isFalse();
		assertThat(stats(1).reason()).contains("Shard 1 (queue_shard_1.db) is quarantined", "A damaged file");
		assertThat(stats(0).quarantined()).isFalse();
		assertThat(stats(0).accepting()).isTrue();
		assertThat(this.queue.status().unwritable()).isEmpty();
		List<MessageId> sound = ids.stream().filter((id) -> shard(id) == 0).toList();
		MessageId lost = ids.stream().filter((id) -> shard(id) == 1).findFirst().orElseThrow();
		assertThatExceptionOfType(ShardQuarantinedException.class).isThrownBy(() -> this.operations.find(lost))
			.satisfies((ex) -> assertThat(ex.shard()).isOne())
			.satisfies((ex) -> assertThat(ex.messageId()).isEqualTo(lost));
		assertThatExceptionOfType(ShardQuarantinedException.class)
			.isThrownBy(() -> this.operations.await(lost, Object.class, LONG));
		assertThatExceptionOfType(ShardQuarantinedException.class).isThrownBy(() -> this.operations.cancel(lost));
		int refused = 0;
		for (int i = 0; i < 20; i++) {
			// Without a key it goes elsewhere; a key has one home.
			assertThat(shard(this.operations.enqueue(TASK, "y"))).isZero();
			try {
				this.operations.enqueue(NewMessage.to(TASK).idempotencyKey("key-" + i));
			}
			catch (ShardQuarantinedException ex) {
				assertThat(ex).hasMessageContaining("Nothing of this was stored");
				refused++;
			}
		}
		assertThat(refused).isBetween(1, 19);
		if (!this.queue.isRunning()) {
			this.queue.tasks().register(TASK, String.class, (payload, context) -> null);
			this.queue.start();
		}
		assertThat(this.operations.drain(LONG)).isTrue();
		assertThat(sound).allSatisfy((id) -> assertThat(state(id)).isEqualTo(MessageState.COMPLETED));
	}

	@Test
	void openWhenAShardIsDamagedQuarantinesItAndTheOthersGoOn() throws IOException {
		openTwoShards();
		List<MessageId> ids = fill(40);
		this.queue.close();
		damage(1, 1);
		try (LogLines log = LogLines.of(Quarantine.class)) {
			openTwoShards();
			assertOnlyTheOtherShardWorks(ids);
			assertThat(log.lines()).singleElement()
				.satisfies((line) -> assertThat(line).startsWith("ERROR Shard 1 (queue_shard_1.db) is quarantined"));
		}
	}

	@Test
	void openWhenAShardIsEmptiedOrCutQuarantinesIt() throws IOException {
		openTwoShards();
		List<MessageId> ids = fill(40);
		this.queue.close();
		try (RandomAccessFile file = new RandomAccessFile(file(1).toFile(), "rw")) {
			file.setLength(file.length() - 3 * PAGE);
		}
		openTwoShards();
		assertThat(stats(1).quarantined()).isTrue();
		this.queue.close();
		try (RandomAccessFile file = new RandomAccessFile(file(1).toFile(), "rw")) {
			file.setLength(0);
		}
		openTwoShards();
		assertOnlyTheOtherShardWorks(ids);
		assertThat(file(1)).isEmptyFile();
	}

	@Test
	void openWhenTheFileWasRestoredUsesItAgain() throws IOException {
		openTwoShards();
		List<MessageId> ids = fill(40);
		this.queue.close();
		byte[] backup = Files.readAllBytes(file(1));
		damage(1, 1);
		openTwoShards();
		assertThat(stats(1).quarantined()).isTrue();
		this.queue.close();
		Path note = file(1).resolveSibling("queue_shard_1.db.quarantine");
		assertThat(note).exists();
		Files.write(file(1), backup);
		openTwoShards();
		assertThat(stats(1).quarantined()).isFalse();
		assertThat(note).doesNotExist();
		assertThat(ids).allSatisfy((id) -> assertThat(this.operations.find(id)).isPresent());
	}

	@Test
	void openWhenEveryShardIsDamagedRefuses() throws IOException {
		openTwoShards();
		this.queue.close();
		damage(0, 1);
		damage(1, 1);
		assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(this::openTwoShards)
			.withMessageContaining("every shard is damaged");
	}

	@Test
	void workWhenAShardTurnsOutDamagedQuarantinesItAndNobodyWaitsForEver() throws IOException {
		openTwoShards();
		List<MessageId> ids = fill(400);
		this.queue.close();
		// The schema and the roots stay: only who comes to the messages finds out.
		damage(1, 90);
		openTwoShards();
		Set<String> failed = ConcurrentHashMap.newKeySet();
		this.queue.tasks().register(TASK, String.class, (payload, context) -> null);
		List<CompletableFuture<Void>> waiting = new ArrayList<>();
		for (MessageId id : ids) {
			if (shard(id) == 1) {
				waiting.add(CompletableFuture.runAsync(() -> {
					try {
						this.operations.await(id, Object.class, LONG);
					}
					catch (ShardQuarantinedException ex) {
						failed.add(id.toString());
					}
				}, (work) -> new Thread(work).start()));
				if (waiting.size() == 10) {
					break;
				}
			}
		}
		this.queue.start();
		await().atMost(LONG).until(() -> stats(1).quarantined());
		CompletableFuture.allOf(waiting.toArray(CompletableFuture[]::new)).orTimeout(2, TimeUnit.MINUTES).join();
		assertOnlyTheOtherShardWorks(ids);
	}

}
