package io.github.queuesqlite;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.task.Delivery;
import io.github.queuesqlite.task.RateLimit;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskDefinition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Rates of concurrency keys end to end: in one process, and in several that are killed.
 */
@Timeout(value = 60, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KeyRateTests extends RateTester {

	private static final String RATE = "rate:keys:" + TASK;

	/** When handlers have begun, by key. */
	private final Map<String, ConcurrentLinkedQueue<Long>> starts = new ConcurrentHashMap<>();

	KeyRateTests() {
		super("keyrate");
	}

	@Override
	void begun(Message message) {
		this.starts.computeIfAbsent(String.valueOf(message.concurrencyKey()), (key) -> new ConcurrentLinkedQueue<>())
			.add(System.nanoTime());
	}

	private List<Long> starts(String key) {
		return List.copyOf(this.starts.getOrDefault(key, new ConcurrentLinkedQueue<>()));
	}

	private List<MessageId> enqueue(String key, int count) {
		List<NewMessage> messages = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			messages.add(message().concurrencyKey(key).payload(i));
		}
		return this.operations.enqueueAll(messages);
	}

	/** Whoever stands still begins later, never earlier. */
	private void assertEachBeginsWithItsToken(String key, long enqueuedAt) {
		List<Long> starts = starts(key).stream().sorted().toList();
		for (int i = 1; i < starts.size(); i++) {
			assertThat(Duration.ofNanos(starts.get(i) - enqueuedAt)).isGreaterThan(Duration.ofMillis(200L * i - 100));
		}
	}

	private void assertNoOtherBegins(String key, int begun) {
		assertThat(this.operations.drain(Duration.ofMillis(300))).isFalse();
		assertThat(starts(key)).hasSize(begun);
	}

	@Test
	void rateLimitPerKeyWhenManyWaitIsReachedAndNotExceeded() {
		openWithoutSafetyNet();
		this.queue.tasks().register(task().rateLimitPerKey(FAST).build());
		this.queue.start();
		for (String key : List.of("a", "b", "c")) {
			enqueue(key, 80);
		}
		awaitCompleted(240);
		for (String key : List.of("a", "b", "c")) {
			assertThat(starts(key)).hasSize(80);
			assertThat(RateLog.beyond(FAST, starts(key))).isLessThanOrEqualTo(10 + SLACK);
		}
		assertThat(all()).extracting(Message::attempt).containsOnly(1);
	}

	@Test
	void rateLimitPerKeyWhenItIsLowBeginsEachWhenItsTokenIsThere() {
		openWithoutSafetyNet();
		this.queue.tasks().register(task().rateLimitPerKey(SLOW).build());
		this.queue.start();
		long enqueuedAt = System.nanoTime();
		enqueue("a", 5);
		enqueue("b", 5);
		awaitCompleted(10);
		assertEachBeginsWithItsToken("a", enqueuedAt);
		assertEachBeginsWithItsToken("b", enqueuedAt);
	}

	@Test
	void rateLimitPerKeyWhenReachedHoldsNobodyElseUpAndSpendsNoAttempt() {
		open((builder) -> builder.shards(1).concurrency(2));
		this.queue.tasks().register(task().rateLimitPerKey(HOURLY).build());
		this.queue.start();
		List<MessageId> ids = enqueue("busy", 20);
		enqueue("quiet", 1);
		for (int i = 0; i < 30; i++) {
			this.operations.enqueue(message().payload(i));
		}
		awaitCompleted(32);
		assertNoOtherBegins("busy", 1);
		assertThat(ids.subList(1, 20)).allSatisfy((id) -> {
			assertThat(state(id)).isEqualTo(MessageState.READY);
			assertThat(find(id).attempt()).isZero();
			assertThat(find(id).lastError()).isNull();
		});
	}

	@Test
	void rateLimitPerKeyWhenHandlersTakeLongCountsFromTheirBeginning() {
		openWithoutSafetyNet();
		CountDownLatch release = new CountDownLatch(1);
		this.queue.tasks().register(task((payload, context) -> {
			awaitLatch(release);
			return null;
		}).rateLimitPerKey(SLOW).build());
		this.queue.start();
		long enqueuedAt = System.nanoTime();
		enqueue("a", 4);
		await().atMost(PATIENCE).until(() -> starts("a").size() == 4);
		assertThat(this.operations.stats().count(MessageState.RUNNING)).isEqualTo(4);
		release.countDown();
		awaitCompleted(4);
		assertEachBeginsWithItsToken("a", enqueuedAt);
	}

	@Test
	void rateLimitPerKeyWhenAttemptsFailCountsEachOfThem() {
		open((builder) -> builder.retry(new RetryPolicy(50, Duration.ofMillis(1), 1, Duration.ofMillis(1), 0)));
		this.queue.tasks().register(task((payload, context) -> {
			if (context.attempt() <= 39) {
				throw new IllegalStateException("again");
			}
			return null;
		}).rateLimitPerKey(FAST).build());
		this.queue.start();
		enqueue("a", 2);
		awaitCompleted(2);
		assertThat(starts("a")).hasSize(80);
		assertThat(RateLog.beyond(FAST, starts("a"))).isLessThanOrEqualTo(10 + SLACK);
	}

	@Test
	void rateLimitPerKeyOfABatchCountsItsMessages() {
		open((builder) -> builder.shards(1).concurrency(2));
		this.queue.tasks().register(TaskDefinition.batch(TASK, Integer.class, (payloads, runs) -> {
			runs.forEach((run) -> begun(run.message()));
			return null;
		}).batchSize(10).rateLimitPerKey(HOURLY).build());
		enqueue("a", 5);
		enqueue("b", 5);
		this.queue.start();
		awaitCompleted(2);
		assertNoOtherBegins("a", 1);
		assertThat(starts("b")).hasSize(1);
	}

	@Test
	void rateLimitPerKeyCountsDeliveriesAtMostOnce() {
		open((builder) -> builder.shards(1).concurrency(2));
		this.queue.tasks().register(task().delivery(Delivery.AT_MOST_ONCE).rateLimitPerKey(HOURLY).build());
		enqueue("a", 3);
		this.queue.start();
		awaitCompleted(1);
		assertNoOtherBegins("a", 1);
	}

	@Test
	void rateLimitPerKeyCountsMessagesThatArePulled() {
		open((builder) -> builder.shards(1).clock(this.clock));
		this.queue.tasks().register(task().rateLimitPerKey(HOURLY).build());
		this.queue.start();
		this.operations.pause("pulled");
		List<NewMessage> messages = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			messages.add(message().queue("pulled").concurrencyKey("a").payload(i));
		}
		this.operations.enqueueAll(messages);
		this.operations.resume("pulled");
		List<ClaimedMessage> received = this.operations.receive("pulled", 3, LONG);
		assertThat(received).hasSize(1);
		assertThat(this.operations.receive("pulled", 3, Duration.ofMillis(100))).isEmpty();
		List<ClaimedMessage> next = new ArrayList<>();
		await().atMost(PATIENCE).until(() -> {
			// The store may hear a moment later that the first one has begun.
			this.clock.move(Duration.ofHours(1));
			this.queue.catchUp();
			return next.addAll(this.operations.receive("pulled", 3, Duration.ofMillis(100)));
		});
		assertThat(next).hasSize(1);
		received.get(0).release();
		next.get(0).complete();
		assertThat(this.operations.receive("pulled", 3, Duration.ofMillis(100))).isEmpty();
	}

	@Test
	void rateLimitPerKeyWhenTwoQueuesShareTheDirectoryHoldsForBoth() {
		openWithoutSafetyNet();
		this.queue.tasks().register(task().rateLimitPerKey(FAST).build());
		this.queue.start();
		try (EmbeddedQueue other = EmbeddedQueue.builder(this.directory).build()) {
			other.tasks().register(task().rateLimitPerKey(FAST).build());
			other.start();
			enqueue("a", 150);
			enqueue("b", 150);
			awaitCompleted(300);
		}
		assertThat(RateLog.beyond(FAST, starts("a"))).isLessThanOrEqualTo(10 + SLACK);
		assertThat(RateLog.beyond(FAST, starts("b"))).isLessThanOrEqualTo(10 + SLACK);
	}

	@Test
	void rateLimitPerKeyWhenChangedHoldsFromThenOnAndAfterARestart() {
		openWithoutSafetyNet();
		this.queue.tasks().register(task().rateLimitPerKey(HOURLY).build());
		assertThat(this.operations.changeLimit(RATE, 1000)).isFalse();
		this.queue.start();
		enqueue("a", 5);
		enqueue("b", 5);
		awaitCompleted(2);
		assertThat(this.operations.changeLimit(RATE, 1_000_000)).isTrue();
		awaitCompleted(10);
		this.queue.close();
		openWithoutSafetyNet();
		this.queue.tasks().register(task().rateLimitPerKey(HOURLY).build());
		this.queue.start();
		enqueue("a", 5);
		awaitCompleted(15);
		assertThat(this.operations.stats().limits())
			.containsExactly(new QueueStats.LimitStats(RATE, 1_000_000, 1, 0, 0, HOURLY.period()));
		assertThat(this.operations.changeLimit(RATE, null)).isTrue();
		enqueue("c", 5);
		awaitCompleted(16);
		assertNoOtherBegins("c", 1);
	}

	@Test
	void changeWhenOutOfRangeIsRefused() {
		open();
		assertThatIllegalArgumentException().isThrownBy(() -> this.operations.changeLimit(RATE, 0))
			.withMessage("'most' must be at least 1, was 0");
		assertThatIllegalArgumentException().isThrownBy(() -> this.operations.changeLimit(RATE, 1_000_001))
			.withMessage("'most' must be at most 1000000 for a rate, was 1000001");
		assertThat(this.operations.changeLimit(RATE, 1)).isFalse();
	}

	@Test
	void keyThatNobodyUsesLeavesNothing() {
		open((builder) -> builder.shards(1));
		this.queue.tasks().register(task().rateLimitPerKey(FAST).build());
		this.queue.start();
		for (int i = 0; i < 50; i++) {
			enqueue("customer " + i, 1);
		}
		awaitCompleted(50);
		await().atMost(PATIENCE).until(() -> readFromShard0("SELECT count(*) FROM key_bucket") == 0);
	}

	@Test
	void rateLimitPerKeyWhenThereIsNoneWritesNothing() throws Exception {
		open((builder) -> builder.shards(1));
		this.queue.tasks().register(task().maxConcurrentPerKey(1).build());
		this.queue.start();
		enqueue("a", 100);
		awaitCompleted(100);
		this.queue.close();
		assertThat(readFromShard0("SELECT count(*) FROM key_rate")).isZero();
		assertThat(readFromShard0("SELECT count(*) FROM key_bucket")).isZero();
	}

	@Test
	void rateLimitPerKeyWhenTheOnlyProcessIsKilledIsNotExceededByTheNext() throws Exception {
		open((builder) -> builder.shards(2));
		enqueue("a", 5);
		enqueue("b", 5);
		for (int i = 0; i < 3; i++) {
			Process child = start(RatedChild.class, HOURLY.toString(), RatedChild.PER_KEY);
			awaitRuns("ready", i + 1);
			awaitCompleted(2);
			kill(child);
		}
		assertThat(runs("start")).hasSize(2);
		// It was the rate that held them.
		start(RatedChild.class, HOURLY.toString(), RatedChild.PER_KEY);
		awaitRuns("ready", 4);
		assertThat(this.operations.changeLimit(RATE, 1_000_000)).isTrue();
		awaitCompleted(10);
	}

	@Test
	void runsWhenProcessesAreKilledAreNeverMoreThanTheRate() throws Exception {
		RateLimit rate = RateLimit.of("100/1s");
		RateLog log = runAndKill(RatedChild.class, 3, kills(), new RateLog(log()));
		assertThat(log.workers()).isGreaterThan(1);
		assertThat(log.beyond(rate)).isLessThanOrEqualTo(10 + SLACK);
	}

	@Override
	Process start(Class<?> main, String... arguments) throws IOException {
		return (arguments.length == 0) ? super.start(main, "100/1s", RatedChild.PER_KEY) : super.start(main, arguments);
	}

	/** Not each end that was said was stored. */
	@Override
	void checkStored() {
		await().atMost(PATIENCE)
			.untilAsserted(
					() -> assertThat(this.operations.stats().count(MessageState.COMPLETED)).isEqualTo(this.messages));
	}

	@Override
	void handIn(int from, int to) {
		List<NewMessage> messages = new ArrayList<>();
		for (int i = from; i < to; i++) {
			messages.add(message().concurrencyKey("key" + i % 3).payload(i));
		}
		this.operations.enqueueAll(messages);
	}

}
