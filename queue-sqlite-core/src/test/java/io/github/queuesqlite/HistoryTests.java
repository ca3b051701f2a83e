package io.github.queuesqlite;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.StateChange;
import io.github.queuesqlite.store.Retention;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/** The states that messages went through. */
class HistoryTests extends QueueTester {

	private static final Duration KEEP = Duration.ofDays(1);

	private void openRecording() {
		open((builder) -> builder.shards(1).clock(this.clock).history(true, KEEP, 1000));
	}

	private List<MessageState> states(MessageId id) {
		return history(id).stream().map(StateChange::state).toList();
	}

	/** A slow machine may give back what was claimed and had not begun, uncounted. */
	private List<StateChange> history(MessageId id) {
		List<StateChange> history = new ArrayList<>();
		for (StateChange change : this.operations.history(id)) {
			StateChange before = history.isEmpty() ? null : history.get(history.size() - 1);
			if (before != null && before.state() == MessageState.RUNNING && change.state() == MessageState.READY
					&& change.attempt() < before.attempt()) {
				history.remove(before);
			}
			else {
				history.add(change);
			}
		}
		return history;
	}

	private void awaitState(MessageId id, MessageState state) {
		await().atMost(LONG).until(() -> state(id) == state);
	}

	@Test
	void eachStateIsRecordedWithTimeAttemptAndProcess() {
		openRecording();
		this.queue.tasks().register(TASK, String.class, (payload, context) -> {
			if (context.attempt() == 1) {
				throw new IllegalStateException("again");
			}
			return payload;
		});
		this.queue.start();
		Instant start = now();
		MessageId id = this.operations.enqueue(message().delay(Duration.ofHours(1)).maxRetries(1));
		this.clock.move(Duration.ofHours(2));
		this.queue.catchUp();
		await().atMost(LONG).until(() -> states(id).size() == 4);
		this.clock.move(Duration.ofHours(1));
		this.queue.catchUp();
		awaitState(id, MessageState.COMPLETED);
		assertThat(states(id)).containsExactly(MessageState.SCHEDULED, MessageState.READY, MessageState.RUNNING,
				MessageState.SCHEDULED, MessageState.READY, MessageState.RUNNING, MessageState.COMPLETED);
		List<StateChange> history = history(id);
		assertThat(history).extracting(StateChange::attempt).containsExactly(0, 0, 1, 1, 1, 2, 2);
		assertThat(history).extracting(StateChange::at)
			.containsExactly(start, start.plusSeconds(7200), start.plusSeconds(7200), start.plusSeconds(7200),
					start.plusSeconds(10800), start.plusSeconds(10800), start.plusSeconds(10800));
		String process = ProcessName.get();
		assertThat(history).extracting(StateChange::process)
			.containsExactly(null, null, process, process, null, process, process);
	}

	@Test
	void allEndsAreRecordedAndWhatSomebodyBringsBack() {
		openRecording();
		MessageId cancelled = this.operations.enqueue(TASK, null);
		this.operations.cancel(cancelled);
		this.operations.retry(cancelled);
		assertThat(states(cancelled)).containsExactly(MessageState.READY, MessageState.CANCELLED, MessageState.READY);
		MessageId expired = this.operations.enqueue(message().timeToLive(Duration.ofSeconds(1)));
		this.clock.move(Duration.ofSeconds(2));
		this.queue.catchUp();
		assertThat(states(expired)).containsExactly(MessageState.READY, MessageState.EXPIRED);
		MessageId moved = this.operations.enqueue(TASK, null);
		this.operations.reschedule(moved, now().plusSeconds(60));
		assertThat(states(moved)).containsExactly(MessageState.READY, MessageState.SCHEDULED);
		MessageId pulled = this.operations.enqueue(message().queue("pull"));
		this.operations.receive("pull", 1, LONG).get(0).release(Duration.ZERO);
		this.operations.receive("pull", 1, LONG).get(0).fail("no");
		assertThat(this.operations.history(pulled)).extracting(StateChange::state)
			.startsWith(MessageState.READY, MessageState.RUNNING, MessageState.READY, MessageState.RUNNING);
	}

	@Test
	void whatHoldsAReadyMessageBackIsNoState() {
		openRecording();
		this.queue.tasks().register(TASK, String.class, (payload, context) -> payload);
		List<MessageId> ids = this.operations.enqueueAll(List.of(message().orderingKey("k"), message().orderingKey("k"),
				message().concurrencyKey("c"), message().concurrencyKey("c"), message().concurrencyKey("c")));
		this.queue.start();
		assertThat(this.operations.drain(LONG)).isTrue();
		assertThat(ids).allSatisfy((id) -> assertThat(states(id)).containsExactly(MessageState.READY,
				MessageState.RUNNING, MessageState.COMPLETED));
	}

	@Test
	void duplicateLeavesNothing() {
		openRecording();
		MessageId id = this.operations.enqueue(message().idempotencyKey("k"));
		assertThat(this.operations.enqueue(message().idempotencyKey("k"))).isEqualTo(id);
		assertThat(states(id)).containsExactly(MessageState.READY);
	}

	@Test
	void messageThatIsNotKeptLeavesItsHistory() {
		open((builder) -> builder.shards(1)
			.retention(new Retention(Duration.ZERO, KEEP, KEEP, KEEP, 1000))
			.history(true, KEEP, 1000));
		this.queue.tasks().register(TASK, String.class, (payload, context) -> payload);
		MessageId id = this.operations.enqueue(TASK, null);
		this.queue.start();
		await().atMost(LONG).until(() -> this.operations.find(id).isEmpty());
		assertThat(states(id)).containsExactly(MessageState.READY, MessageState.RUNNING, MessageState.COMPLETED);
		MessageId deleted = this.operations.enqueue(message().delay(KEEP));
		this.operations.delete(deleted);
		assertThat(states(deleted)).containsExactly(MessageState.SCHEDULED);
	}

	@Test
	void nothingIsRecordedUnlessAskedFor() throws Exception {
		open((builder) -> builder.shards(1));
		MessageId id = this.operations.enqueue(TASK, null);
		this.operations.cancel(id);
		assertThat(this.operations.history(id)).isEmpty();
		assertThat(readFromShard0("SELECT count(*) FROM history")).isZero();
	}

	@Test
	void changesGoByAgeAlsoWhenNothingIsRecordedAnyMore() {
		openRecording();
		MessageId old = this.operations.enqueue(TASK, null);
		this.clock.move(KEEP.minusSeconds(1));
		MessageId young = this.operations.enqueue(TASK, null);
		this.queue.close();
		open((builder) -> builder.shards(1).clock(this.clock).history(false, KEEP, 1000));
		this.operations.enqueue(TASK, null);
		this.clock.move(Duration.ofSeconds(2));
		await().atMost(LONG).until(() -> this.operations.history(old).isEmpty());
		assertThat(states(young)).containsExactly(MessageState.READY);
	}

	@Test
	void changesGoByCount() throws Exception {
		open((builder) -> builder.shards(1).history(true, KEEP, 100));
		List<MessageId> ids = this.operations.enqueueAll(IntStream.range(0, 1500).mapToObj((i) -> message()).toList());
		await().atMost(LONG).until(() -> readFromShard0("SELECT count(*) FROM history") == 100);
		assertThat(states(ids.get(1399))).isEmpty();
		assertThat(states(ids.get(1400))).containsExactly(MessageState.READY);
		assertThat(states(ids.get(1499))).containsExactly(MessageState.READY);
	}

	@Test
	void historyGoesOnWhereItsMessageMoves() {
		open((builder) -> builder.shards(1).history(true, KEEP, 100_000));
		List<MessageId> ids = this.operations
			.enqueueAll(IntStream.range(0, 20).mapToObj((i) -> message().orderingKey("k" + i)).toList());
		this.queue.close();
		open((builder) -> builder.shards(3).history(true, KEEP, 100_000));
		this.queue.tasks().register(TASK, String.class, (payload, context) -> payload);
		this.queue.start();
		assertThat(this.operations.drain(LONG)).isTrue();
		assertThat(ids).allSatisfy((id) -> assertThat(states(id)).containsExactly(MessageState.READY,
				MessageState.RUNNING, MessageState.COMPLETED));
	}

	@Test
	void shardThatLeavesStaysUntilItsHistoryIsTooOld() {
		open((builder) -> builder.shards(2)
			.clock(this.clock)
			.history(true, KEEP, 100_000)
			.shardChooser((message, shards) -> OptionalInt.of(1)));
		MessageId id = this.operations.enqueue(TASK, null);
		this.operations.delete(id);
		Path left = this.directory.resolve("default/queue_shard_1.db");
		this.queue.close();
		openWithOneShard();
		this.queue.close();
		openWithOneShard();
		assertThat(left).exists();
		assertThat(states(id)).containsExactly(MessageState.READY);
		this.queue.close();
		this.clock.move(KEEP.plusSeconds(1));
		openWithOneShard();
		await().atMost(LONG).until(() -> states(id).isEmpty());
		this.queue.close();
		// The next change of the number takes it away.
		open((builder) -> builder.shards(2).clock(this.clock));
		this.queue.close();
		openWithOneShard();
		assertThat(left).doesNotExist();
	}

	private void openWithOneShard() {
		open((builder) -> builder.shards(1).clock(this.clock).history(true, KEEP, 100_000));
	}

	@Test
	void backupHasIt(@TempDir Path elsewhere) {
		openRecording();
		MessageId id = this.operations.enqueue(TASK, null);
		Path backup = this.operations.backup(elsewhere.resolve("backup"));
		try (EmbeddedQueue restored = EmbeddedQueue.builder(backup).clock(this.clock).build()) {
			assertThat(restored.operations().history(id)).extracting(StateChange::state)
				.containsExactly(MessageState.READY);
		}
	}

	@Test
	void chainsAndGroupsAreRecorded() {
		openRecording();
		this.queue.tasks().register(TASK, String.class, (payload, context) -> "a");
		this.queue.start();
		MessageId first = this.operations.enqueue(message().then(message()));
		MessageId second = this.operations.tree(first).orElseThrow().nodes().get(1).id();
		awaitState(second, MessageState.COMPLETED);
		assertThat(states(second)).containsExactly(MessageState.SCHEDULED, MessageState.READY, MessageState.RUNNING,
				MessageState.COMPLETED);
	}

	@Test
	void historyOfAProcessThatIsKilledAgreesWithItsMessages() throws Exception {
		long seed = System.nanoTime();
		Random random = new Random(seed);
		for (int kill = 0; kill < 3; kill++) {
			Path log = Files.createFile(this.directory.resolve("child-" + kill + ".log"));
			Process child = ChildJvm.of(HistoryChild.class, this.directory, log).inheritIO().start();
			await().atMost(LONG).until(() -> !Files.readString(log).isEmpty());
			child.waitFor(200 + random.nextInt(400), TimeUnit.MILLISECONDS);
			child.destroyForcibly().waitFor();
		}
		open((builder) -> builder.history(true, KEEP, 100_000));
		assertThat(readFromShard0("SELECT count(*) FROM message")).as("seed %s", seed).isPositive();
		assertThat(readFromShard0("""
				SELECT count(*) FROM message
				WHERE CASE WHEN state IN (21, 22) THEN 20 ELSE state END <> (
				    SELECT state FROM history WHERE message_id = message.id ORDER BY number DESC LIMIT 1)"""))
			.as("seed %s", seed)
			.isZero();
		assertThat(readFromShard0("""
				SELECT count(*) FROM message WHERE id NOT IN (SELECT message_id FROM history)""")).as("seed %s", seed)
			.isZero();
	}

	@Test
	void valuesOutOfRangeAreRefused() {
		EmbeddedQueue.Builder builder = EmbeddedQueue.builder(this.directory);
		assertThatIllegalArgumentException().isThrownBy(() -> builder.history(true, Duration.ZERO, 1))
			.withMessageStartingWith("'keep of the history' must be from PT1S");
		assertThatIllegalArgumentException().isThrownBy(() -> builder.history(true, KEEP, 0))
			.withMessageStartingWith("'maxRows' of the history must be at least 1");
	}

}
