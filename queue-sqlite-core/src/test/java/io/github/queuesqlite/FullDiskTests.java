package io.github.queuesqlite;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.PartialEnqueueException;
import io.github.queuesqlite.message.QueueStats.ShardStats;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.sqlite.DiskSpace;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.RetryTaskException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/** What goes on and what is refused while the disk is nearly full. */
class FullDiskTests extends QueueTester {

	private static final long MEGABYTE = 1024 * 1024;

	private final MovableSpace space = new MovableSpace();

	private void open(int shards) {
		open((builder) -> builder.shards(shards).diskSpace(this.space));
	}

	private void fill() {
		this.space.free(12 * MEGABYTE / 10);
		await().until(() -> stats().stream().noneMatch(ShardStats::accepting));
	}

	private void free() {
		this.space.free(100 * MEGABYTE);
		await().until(() -> stats().stream().allMatch(ShardStats::accepting));
	}

	private List<ShardStats> stats() {
		return this.operations.stats().shards();
	}

	@Test
	void enqueueWhenTheDiskIsNearlyFullIsRefusedAndTakenAgainOnceThereIsRoom() {
		open(1);
		MessageId before = this.operations.enqueue(TASK, "before");
		fill();
		assertThatExceptionOfType(StoreUnavailableException.class)
			.isThrownBy(() -> this.operations.enqueue(TASK, "refused"))
			.withMessage("Cannot write to shard 0 (queue_shard_0.db): disk full (1.2 MB free, 64 MB reserved)."
					+ " Enqueues are refused until space is freed; completions go on. Nothing of this was stored.")
			.satisfies((ex) -> assertThat(this.operations.find(ex.messageId())).isEmpty());
		free();
		MessageId after = this.operations.enqueue(TASK, "after");
		assertThat(all()).extracting((message) -> message.id()).containsExactly(before, after);
	}

	@Test
	void enqueueWhenTheQueueWasIdleIsRefusedWithoutAnyStored() {
		open((builder) -> builder.shards(1).diskSpace(this.space).pollInterval(Duration.ofMinutes(1)));
		this.operations.enqueue(TASK, "before");
		this.space.free(0);
		// The writer may sleep meanwhile: the first message makes it look.
		await().during(Duration.ofMillis(300)).until(() -> all().size() == 1);
		assertThatExceptionOfType(StoreUnavailableException.class)
			.isThrownBy(() -> this.operations.enqueue(TASK, "refused"))
			.withMessageContaining("disk full (0 KB free");
		assertThat(all()).hasSize(1);
		this.space.free(100 * MEGABYTE);
		// Well before the next poll.
		await().atMost(Duration.ofSeconds(50)).until(() -> stats().get(0).accepting());
	}

	@Test
	void refusalIsLoggedWhenItBeginsAndWhenItEnds() throws ClassNotFoundException {
		this.space.free("listen.db", 1000 * MEGABYTE);
		open(1);
		try (LogLines log = LogLines.fromInfo(Class.forName("io.github.queuesqlite.store.Refusal"))) {
			fill();
			this.space.free(13 * MEGABYTE / 10);
			await().until(() -> stats().get(0).reason().contains("1.3 MB free"));
			free();
			await().untilAsserted(() -> assertThat(log.lines()).containsExactly(
					"ERROR Cannot write to shard 0 (queue_shard_0.db): disk full (1.2 MB free, 64 MB reserved). Enqueues are refused until space is freed; completions go on.",
					"INFO shard 0 (queue_shard_0.db) takes new messages again"));
		}
	}

	@Test
	void statsShowWhatIsFreeAndWhyItIsRefused() {
		open(2);
		this.space.free(70 * MEGABYTE);
		assertThat(stats()).allSatisfy((shard) -> assertThat(shard.diskFree()).isEqualTo(70 * MEGABYTE));
		fill();
		assertThat(stats()).allSatisfy((shard) -> assertThat(shard.reason()).contains("disk full (1.2 MB free"));
		await().untilAsserted(() -> assertThat(this.queue.status().unwritable()).isEmpty());
	}

	@Test
	void runsWhenTheDiskIsNearlyFullCompleteRetryAndDie() throws InterruptedException {
		CountDownLatch goOn = new CountDownLatch(1);
		open((builder) -> builder.shards(1)
			.diskSpace(this.space)
			.retry(new RetryPolicy(1, Duration.ofMillis(10), 1, Duration.ofMillis(10), 0)));
		this.queue.tasks().register(TASK, String.class, (payload, context) -> {
			goOn.await();
			switch (payload) {
				case "complete" -> {
					return "result";
				}
				case "snooze" -> {
					if (context.attempt() == 1) {
						throw new RetryTaskException(Duration.ofMillis(10), "later");
					}
				}
				case "die" -> throw new IllegalStateException("again and again");
				default -> {
				}
			}
			return null;
		});
		MessageId completed = this.operations.enqueue(TASK, "complete");
		MessageId snoozed = this.operations.enqueue(TASK, "snooze");
		MessageId dead = this.operations.enqueue(TASK, "die");
		MessageId delayed = this.operations.enqueue(message().payload("delayed").delay(Duration.ofMillis(600)));
		MessageId cancelled = this.operations.enqueue(message().payload("cancel").delay(Duration.ofHours(1)));
		MessageId expired = this.operations
			.enqueue(message().payload("expire").delay(Duration.ofHours(1)).timeToLive(Duration.ofMillis(700)));
		fill();
		this.queue.start();
		goOn.countDown();
		await().until(() -> state(completed) == MessageState.COMPLETED && state(snoozed) == MessageState.COMPLETED
				&& state(delayed) == MessageState.COMPLETED && state(dead) == MessageState.DEAD
				&& state(expired) == MessageState.EXPIRED);
		assertThat(this.operations.cancel(cancelled)).isTrue();
		assertThat(this.operations.retry(dead)).isTrue();
		await().until(() -> find(dead).attempt() == 2);
		this.operations.pause("default");
		this.operations.resume("default");
		assertThat(this.operations.delete(cancelled)).isTrue();
		assertThat(stats()).noneMatch(ShardStats::accepting);
	}

	@Test
	void messagesThatWaitForTheirCommitWhenTheDiskFillsAreRefusedToo() throws Exception {
		SlowLook slow = new SlowLook();
		open((builder) -> builder.shards(1).diskSpace(slow));
		CompletableFuture<MessageId> first = this.operations.enqueueAsync(message().payload("first"));
		assertThat(first).succeedsWithin(LONG);
		slow.full = true;
		awaitLatch(slow.looked);
		List<CompletableFuture<MessageId>> later = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			later.add(this.operations.enqueueAsync(message().payload("later")));
		}
		slow.goOn.countDown();
		assertThat(later).allSatisfy((future) -> assertThat(future).failsWithin(LONG)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(StoreUnavailableException.class)
			.withMessageContaining("disk full")
			.withMessageContaining("Nothing of this was stored"));
	}

	/** A disk that is full at last, which takes a while to see. */
	private final class SlowLook implements DiskSpace {

		private final CountDownLatch looked = new CountDownLatch(1);

		private final CountDownLatch goOn = new CountDownLatch(1);

		private volatile boolean full;

		@Override
		public long free(Path file) {
			if (!this.full || !file.endsWith("queue_shard_0.db")) {
				return FullDiskTests.this.space.free(file);
			}
			this.looked.countDown();
			try {
				awaitLatch(this.goOn);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			return 0;
		}

		@Override
		public long total(Path file) {
			return FullDiskTests.this.space.total(file);
		}

	}

	@Test
	void enqueueAllWhenTheDiskIsNearlyFullSaysWhatIsStored() {
		open(1);
		fill();
		assertThatExceptionOfType(PartialEnqueueException.class)
			.isThrownBy(() -> this.operations.enqueueAll(List.of(message(), message(), message())))
			.satisfies((ex) -> {
				assertThat(ex.accepted()).isEmpty();
				assertThat(ex.failed()).hasSize(3)
					.allSatisfy((index, failure) -> assertThat(failure).isInstanceOf(StoreUnavailableException.class)
						.hasMessageContaining("disk full"));
			});
		assertThat(all()).isEmpty();
	}

	@Test
	void enqueueWhenDeferredIsThrownFromTheCommitWithTheIds(@TempDir Path other) {
		open(1);
		TransactionTemplate transaction = new TransactionTemplate(transactionsOf(other));
		fill();
		AtomicReference<MessageId> id = new AtomicReference<>();
		assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(
				() -> transaction.executeWithoutResult((status) -> id.set(this.operations.enqueue(TASK, "deferred"))))
			.withMessageContaining("disk full")
			.satisfies((ex) -> assertThat(ex.messageId()).isEqualTo(id.get()));
	}

	@Test
	void enqueueWhenOneShardsDiskIsFullGoesToAnotherUnlessAKeyBindsIt() {
		open(2);
		this.space.free("queue_shard_0.db", MEGABYTE);
		await().until(() -> !stats().get(0).accepting());
		for (int i = 0; i < 20; i++) {
			this.operations.enqueue(TASK, i);
		}
		this.operations.enqueueAll(List.of(message(), message()));
		Map<Boolean, Integer> outcomes = new HashMap<>();
		for (int i = 0; i < 40; i++) {
			outcomes.merge(isTaken("unique" + i, null), 1, Integer::sum);
			outcomes.merge(isTaken(null, "idempotency" + i), 1, Integer::sum);
			outcomes.merge(isTaken("both" + i, "both" + i), 1, Integer::sum);
		}
		assertThat(outcomes.get(true)).isPositive();
		assertThat(outcomes.get(false)).isPositive();
		assertThat(stats().get(1).accepting()).isTrue();
		this.space.free("queue_shard_0.db", 100 * MEGABYTE);
		await().until(() -> stats().get(0).accepting());
		// No reservation is left that would keep a key from those who try again.
		for (int i = 0; i < 40; i++) {
			assertThat(isTaken("both" + i, "both" + i)).isTrue();
		}
	}

	private boolean isTaken(String uniqueKey, String idempotencyKey) {
		try {
			NewMessage message = message();
			message = (uniqueKey != null) ? message.uniqueKey(uniqueKey) : message;
			this.operations.enqueue((idempotencyKey != null) ? message.idempotencyKey(idempotencyKey) : message);
			return true;
		}
		catch (StoreUnavailableException ex) {
			assertThat(ex).hasMessageContaining("shard 0 (queue_shard_0.db): disk full (1 MB free");
			assertThat(ex.messageId()).isNotNull();
			assertThat(this.operations.find(ex.messageId())).isEmpty();
			return false;
		}
	}

	@Test
	void putWhenTheDiskIsNearlyFullIsRefusedAndRemoveGoesOn() {
		open(1);
		this.queue.listen().put("key", "before");
		fill();
		await().untilAsserted(() -> assertThatExceptionOfType(StoreUnavailableException.class)
			.isThrownBy(() -> this.queue.listen().put("key", System.nanoTime()))
			.withMessage("Cannot write to listen data (listen.db): disk full (1.2 MB free, 64 MB reserved). New values"
					+ " are refused until space is freed; listeners go on. Nothing of this was stored."));
		assertThat(this.queue.listen().remove("key")).isTrue();
		free();
		await().ignoreException(StoreUnavailableException.class).until(() -> this.queue.listen().put("key", 1) > 0);
	}

	@Test
	void messageThatIsLargerThanWhatIsFreeIsRefusedAloneAndSmallerOnesAreTaken() {
		open((builder) -> builder.shards(1).diskSpace(this.space).maxPayloadSize(64 * MEGABYTE));
		this.space.free(66 * MEGABYTE);
		assertThatExceptionOfType(StoreUnavailableException.class)
			.isThrownBy(() -> this.operations.enqueue(TASK, "x".repeat((int) (20 * MEGABYTE))))
			.withMessageContaining(
					"disk full (66 MB free, 64 MB reserved, 40 MB needed). So much is refused until space is freed.");
		this.operations.enqueue(TASK, "small");
		assertThat(stats().get(0).accepting()).isTrue();
	}

	@Test
	void diskIsAskedNotForEachCommit() {
		open(1);
		this.operations.enqueue(TASK, "first");
		long start = System.nanoTime();
		int before = this.space.looks();
		for (int i = 0; i < 500; i++) {
			this.operations.enqueue(TASK, i);
		}
		int looks = this.space.looks() - before;
		long quarters = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) / 250;
		// Those of the shard and of listen.db, one each for 16 MB and for 250 ms.
		assertThat(looks).isLessThanOrEqualTo((int) (2 * quarters) + 6);
	}

	@Test
	void enqueueWhenNothingIsReservedIsTakenUntilTheDiskFails() {
		open((builder) -> builder.shards(1).diskSpace(this.space).diskReserve(0));
		this.space.free(0);
		await().during(Duration.ofMillis(600)).until(() -> this.operations.enqueue(TASK, "taken") != null);
		assertThat(this.directory.resolve("default/disk.reserve")).doesNotExist();
	}

	@Test
	void reserveWhenOutOfRangeIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> EmbeddedQueue.temporary().diskReserve(MEGABYTE - 1))
			.withMessage("'diskReserve' must be 0 or at least 1 MB, was 1048575");
		assertThatIllegalArgumentException().isThrownBy(() -> EmbeddedQueue.temporary().diskReserve(-1));
		assertThatExceptionOfType(StoreUnavailableException.class)
			.isThrownBy(() -> open((builder) -> builder.diskSpace(this.space).diskReserve(1L << 41)))
			.withMessageContaining("'disk.reserve' is 2,097,152 MB");
	}

	@Test
	void messagesDueAndTimesWhenTheDiskIsNearlyFullStayTrue() {
		open((builder) -> builder.shards(1).diskSpace(this.space).clock(this.clock));
		MessageId id = this.operations.enqueue(message().delay(Duration.ofHours(1)));
		fill();
		Instant later = now().plus(Duration.ofHours(2));
		assertThat(this.operations.reschedule(id, later)).isTrue();
		assertThat(find(id).runAt()).isEqualTo(later);
		assertThat(this.operations.updatePayload(id, "new")).isTrue();
		assertThat(this.operations.purge(MessageQuery.all())).isOne();
	}

}
