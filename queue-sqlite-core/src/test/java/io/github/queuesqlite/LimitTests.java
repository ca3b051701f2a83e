package io.github.queuesqlite;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskHandler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/** Limits end to end: in one process, and in several that are killed. */
@Timeout(value = 60, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LimitTests extends KillTester {

	private final AtomicInteger running = new AtomicInteger();

	private final AtomicInteger most = new AtomicInteger();

	/** Handlers stay until so many have run at once. */
	private volatile int awaited = 1;

	LimitTests() {
		super("limit");
	}

	private TaskDefinition.Builder<Integer> task(String name) {
		return task(name, (payload, context) -> {
			awaitOthers();
			return null;
		});
	}

	private void awaitOthers() throws InterruptedException {
		do {
			Thread.sleep(1);
		}
		while (this.most.get() < this.awaited);
	}

	/** From now on so many are to run at once; more would be seen. */
	private void expect(int handlers) {
		this.most.set(0);
		this.awaited = handlers;
	}

	/** A task that counts how many of it run at once. */
	private TaskDefinition.Builder<Integer> task(String name, TaskHandler<Integer> handler) {
		return TaskDefinition.builder(name, Integer.class, (payload, context) -> {
			this.most.accumulateAndGet(this.running.incrementAndGet(), Math::max);
			try {
				return handler.handle(payload, context);
			}
			finally {
				this.running.decrementAndGet();
			}
		});
	}

	private void enqueue(String task, int count) {
		List<NewMessage> messages = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			messages.add(NewMessage.to(task).payload(i));
		}
		this.operations.enqueueAll(messages);
	}

	private void awaitCompleted(int count) {
		await().atMost(PATIENCE).until(() -> this.operations.stats().count(MessageState.COMPLETED) == count);
	}

	@Test
	void limitWhenOutOfRangeIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> task(TASK).maxConcurrent(0))
			.withMessage("'maxConcurrent' must be at least 1, was 0");
		assertThatIllegalArgumentException().isThrownBy(() -> task(TASK).lock(""))
			.withMessage("'lock' must have 1 to 200 characters, had 0");
		assertThatIllegalArgumentException().isThrownBy(() -> task(TASK).lock("a b"))
			.withMessageContaining("'lock' may hold letters, digits and . _ - : only");
		assertThat(task(TASK).build().maxConcurrent()).isNull();
		assertThat(task(TASK).maxConcurrent(3).lock("l").build()).satisfies((task) -> {
			assertThat(task.maxConcurrent()).isEqualTo(3);
			assertThat(task.lock()).isEqualTo("l");
		});
	}

	@Test
	void maxConcurrentWhenManyWaitIsReachedAndNotExceeded() {
		open((builder) -> builder.shards(3).concurrency(16));
		this.queue.tasks().register(task(TASK).maxConcurrent(3).build());
		this.queue.start();
		expect(3);
		enqueue(TASK, 300);
		awaitCompleted(300);
		assertThat(this.most).hasValue(3);
	}

	@Test
	void maxConcurrentWhenReachedLetsOtherTasksRun() {
		open((builder) -> builder.shards(1).concurrency(4));
		CountDownLatch release = new CountDownLatch(1);
		this.queue.tasks().register(task(TASK, (payload, context) -> {
			awaitLatch(release);
			return null;
		}).maxConcurrent(1).build());
		this.queue.tasks().register(TaskDefinition.builder("other", Integer.class, (payload, context) -> null).build());
		this.queue.start();
		enqueue(TASK, 50);
		enqueue("other", 50);
		awaitCompleted(50);
		release.countDown();
		awaitCompleted(100);
		assertThat(this.most).hasValue(1);
	}

	@Test
	void lockWhenSharedBySeveralTasksAndQueuesLetsOneRun() {
		open((builder) -> builder.shards(2).concurrency(4));
		this.queue.tasks().register(task("a").lock("l").build());
		this.queue.tasks().register(task("b").lock("l").maxConcurrent(2).queue("mail").build());
		this.queue.start();
		enqueue("a", 100);
		enqueue("b", 100);
		awaitCompleted(200);
		assertThat(this.most).hasValue(1);
	}

	@Test
	void maxConcurrentWhenHandlersFailIsNotUsedUp() {
		open((builder) -> builder.retry(new RetryPolicy(5, Duration.ofMillis(1), 1, Duration.ofMillis(1), 0)));
		this.queue.tasks().register(task(TASK, (payload, context) -> {
			if (context.attempt() <= 3) {
				throw new IllegalStateException("again");
			}
			return null;
		}).maxConcurrent(2).build());
		this.queue.start();
		enqueue(TASK, 40);
		awaitCompleted(40);
		assertThat(this.most).hasValueLessThanOrEqualTo(2);
	}

	@Test
	void maxConcurrentWhenAHandlerIgnoresItsTimeoutCountsItUntilItReturns() throws Exception {
		open((builder) -> builder.concurrency(4)
			.retry(new RetryPolicy(3, Duration.ofMillis(1), 1, Duration.ofMillis(1), 0)));
		CountDownLatch release = new CountDownLatch(1);
		AtomicInteger runs = new AtomicInteger();
		this.queue.tasks().register(task(TASK, (payload, context) -> {
			if (runs.incrementAndGet() == 1) {
				awaitStubbornly(release);
			}
			return null;
		}).maxConcurrent(1).timeout(Duration.ofMillis(50)).build());
		this.queue.start();
		enqueue(TASK, 5);
		await().atMost(PATIENCE).until(() -> runs.get() > 0 && !this.queue.status().stuckRuns().isEmpty());
		assertThat(this.operations.stats().count(MessageState.COMPLETED)).isZero();
		assertThat(runs).hasValue(1);
		release.countDown();
		awaitCompleted(5);
		assertThat(this.most).hasValue(1);
	}

	private static void awaitStubbornly(CountDownLatch latch) {
		while (latch.getCount() > 0) {
			try {
				awaitLatch(latch);
			}
			catch (InterruptedException ex) {
				// That is what it ignores.
			}
		}
	}

	@Test
	void maxConcurrentWhenAHandlerReturnsAStageCountsItUntilThatEnds() {
		open((builder) -> builder.concurrency(8));
		Executor later = CompletableFuture.delayedExecutor(2, TimeUnit.MILLISECONDS);
		CompletableFuture<Void> both = new CompletableFuture<>();
		this.queue.tasks().register(TaskDefinition.builder(TASK, Integer.class, (payload, context) -> {
			if (this.most.accumulateAndGet(this.running.incrementAndGet(), Math::max) >= 2) {
				both.complete(null);
			}
			return both.thenApplyAsync((nothing) -> this.running.decrementAndGet(), later);
		}).maxConcurrent(2).build());
		this.queue.start();
		enqueue(TASK, 60);
		awaitCompleted(60);
		assertThat(this.most).hasValue(2);
	}

	@Test
	void maxConcurrentWhenStoppedAndStartedAgainHoldsAndGoesOn() {
		open((builder) -> builder.shards(1).concurrency(4));
		this.queue.tasks().register(task(TASK).maxConcurrent(2).build());
		expect(2);
		enqueue(TASK, 150);
		for (int i = 0; i < 5; i++) {
			this.queue.start();
			long before = this.operations.stats().count(MessageState.COMPLETED);
			await().atMost(PATIENCE)
				.until(() -> this.operations.stats().count(MessageState.COMPLETED) > Math.min(140, before + 5));
			this.queue.stop();
		}
		this.queue.start();
		awaitCompleted(150);
		assertThat(this.most).hasValue(2);
	}

	@Test
	void maxConcurrentWhenTwoQueuesShareTheDirectoryCountsBoth() {
		open((builder) -> builder.shards(2).concurrency(4));
		this.queue.tasks().register(task(TASK).maxConcurrent(3).build());
		this.queue.start();
		expect(3);
		AtomicInteger ofOther = new AtomicInteger();
		int messages = 0;
		try (EmbeddedQueue other = EmbeddedQueue.builder(this.directory).concurrency(4).build()) {
			other.tasks().register(task(TASK, (payload, context) -> {
				ofOther.incrementAndGet();
				awaitOthers();
				return null;
			}).maxConcurrent(3).build());
			other.start();
			// Who stands still gets his share of the next ones.
			while (messages < 1000 || (messages < 10_000 && Math.min(ofOther.get(), messages - ofOther.get()) < 50)) {
				enqueue(TASK, 1000);
				messages += 1000;
				awaitCompleted(messages);
			}
		}
		assertThat(this.most).hasValue(3);
		assertThat(ofOther.get()).isBetween(50, messages - 50);
	}

	@Test
	void permitsWhenTheirHolderHasNothingToDoGoToWhoHas() {
		open((builder) -> builder.shards(1).concurrency(4));
		this.queue.tasks().register(task(TASK).maxConcurrent(4).build());
		this.queue.start();
		enqueue(TASK, 20);
		awaitCompleted(20);
		try (EmbeddedQueue other = EmbeddedQueue.builder(this.directory).concurrency(4).build()) {
			other.tasks().register(task(TASK).maxConcurrent(4).queue("mail").build());
			other.start();
			expect(4);
			List<NewMessage> messages = new ArrayList<>();
			for (int i = 0; i < 400; i++) {
				messages.add(NewMessage.to(TASK).queue("mail").payload(i));
			}
			this.operations.enqueueAll(messages);
			awaitCompleted(420);
		}
		assertThat(this.most).hasValue(4);
	}

	@Test
	void permitsWhenAloneCostNoWrites() throws Exception {
		open((builder) -> builder.shards(1).concurrency(4));
		this.queue.tasks().register(task(TASK).maxConcurrent(2).build());
		this.queue.start();
		enqueue(TASK, 200);
		awaitCompleted(200);
		this.queue.close();
		// Declared, given once, gone at the end.
		assertThat(readFromShard0("SELECT permit_changes FROM shard")).isEqualTo(3);
		assertThat(readFromShard0("SELECT count(*) FROM permit")).isZero();
	}

	@Test
	void limitWhenChangedHoldsFromThenOnAndAfterARestart() {
		open((builder) -> builder.shards(2).concurrency(8));
		this.queue.tasks().register(task(TASK).maxConcurrent(2).build());
		assertThat(this.operations.changeLimit("task:" + TASK, 4)).isFalse();
		this.queue.start();
		expect(2);
		enqueue(TASK, 50);
		awaitCompleted(50);
		assertThat(this.most).hasValue(2);
		assertThat(this.operations.stats().limits())
			.containsExactly(new QueueStats.LimitStats("task:" + TASK, 2, 2, 2, 0, null));
		assertThat(this.operations.changeLimit("task:" + TASK, 4)).isTrue();
		expect(4);
		enqueue(TASK, 100);
		awaitCompleted(150);
		assertThat(this.most).hasValue(4);
		this.queue.close();
		open((builder) -> builder.concurrency(8));
		this.queue.tasks().register(task(TASK).maxConcurrent(2).build());
		this.queue.start();
		expect(4);
		enqueue(TASK, 100);
		awaitCompleted(250);
		assertThat(this.most).hasValue(4);
		assertThat(this.operations.changeLimit("task:" + TASK, 1)).isTrue();
		await().atMost(PATIENCE)
			.until(() -> this.operations.stats()
				.limits()
				.equals(List.of(new QueueStats.LimitStats("task:" + TASK, 1, 2, 1, 0, null))));
		expect(1);
		enqueue(TASK, 50);
		awaitCompleted(300);
		assertThat(this.most).hasValue(1);
		assertThat(this.operations.changeLimit("task:" + TASK, null)).isTrue();
		expect(2);
		enqueue(TASK, 100);
		awaitCompleted(400);
		assertThat(this.most).hasValue(2);
	}

	@Test
	void changeWhenOutOfRangeIsRefused() {
		open();
		assertThatIllegalArgumentException().isThrownBy(() -> this.operations.changeLimit("task:a", 0))
			.withMessage("'most' must be at least 1, was 0");
		assertThatIllegalArgumentException().isThrownBy(() -> this.operations.changeLimit("lock:a", 2))
			.withMessage(
					"'name' must begin with task:, keys: or rate:, was 'lock:a'. A lock is free when its handler has"
							+ " returned: cancel its message, or end its process");
		assertThat(this.operations.changeLimit("keys:a", 2)).isFalse();
	}

	@Test
	void runsWhenProcessesAreKilledAreNeverMoreThanTheLimits() throws Exception {
		LimitLog log = runAndKill(3, kills());
		assertThat(log.most(LimitedChild.THREE)).isEqualTo(3);
		assertThat(log.most("k0")).isEqualTo(2);
		assertThat(log.workers()).isGreaterThan(1);
	}

	@Test
	void runsWhenTheOnlyProcessIsKilledGoOnWithinTheLimits() throws Exception {
		assertThat(runAndKill(1, 3).workers()).isGreaterThan(1);
	}

	/** Not each end that was said was stored. */
	@Override
	void checkStored() {
		await().atMost(PATIENCE).untilAsserted(this::assertAllCompleted);
	}

	private LimitLog runAndKill(int processes, int kills) throws Exception {
		return runAndKill(LimitedChild.class, processes, kills,
				new LimitLog(log(), Map.of(LimitedChild.THREE, 3, "lock", 1, "k0", 2, "k1", 2)));
	}

	private void assertAllCompleted() {
		QueueStats stats = this.operations.stats();
		assertThat(stats.count(MessageState.COMPLETED))
			.as("%s, %s, %s", stats.counts(), stats.limits(), stats.instances())
			.isEqualTo(this.messages);
	}

	@Override
	void handIn(int from, int to) {
		List<NewMessage> messages = new ArrayList<>();
		for (int i = from; i < to; i++) {
			int kind = this.random.nextInt(6);
			if (kind > 3) {
				messages.add(NewMessage.to(LimitedChild.KEYED).concurrencyKey("k" + kind % 2).payload(i));
				continue;
			}
			String task = (kind < 2) ? LimitedChild.THREE : LimitedChild.LOCKED.get(kind - 2);
			messages.add(NewMessage.to(task).queue((kind < 2) ? "default" : task).payload(i));
		}
		this.operations.enqueueAll(messages);
	}

}
