package io.github.queuesqlite;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.task.RateLimit;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskDefinition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/** Rates end to end: in one process, and in several that are killed. */
@Timeout(value = 60, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RateTests extends RateTester {

	private static final String RATE = "rate:task:" + TASK;

	private final Queue<Long> starts = new ConcurrentLinkedQueue<>();

	RateTests() {
		super("rate");
	}

	@Override
	void begun(Message message) {
		this.starts.add(System.nanoTime());
	}

	private List<MessageId> enqueue(int count) {
		List<NewMessage> messages = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			messages.add(message().payload(i));
		}
		return this.operations.enqueueAll(messages);
	}

	/** A process has asked for a token and was told that there is none. */
	private void awaitRefusal() {
		await().atMost(PATIENCE).until(() -> rate().waiting() == 1);
	}

	private QueueStats.LimitStats rate() {
		return this.operations.stats()
			.limits()
			.stream()
			.filter((limit) -> limit.name().equals(RATE))
			.findFirst()
			.orElse(new QueueStats.LimitStats(RATE, 0, 0, 0, 0, null));
	}

	@Test
	void rateLimitWhenManyWaitIsReachedAndNotExceeded() {
		openWithoutSafetyNet();
		this.queue.tasks().register(task().rateLimit(FAST).build());
		this.queue.start();
		enqueue(200);
		awaitCompleted(200);
		assertThat(this.starts).hasSize(200);
		assertThat(RateLog.beyond(FAST, List.copyOf(this.starts))).isLessThanOrEqualTo(10 + SLACK);
		assertThat(all()).extracting(Message::attempt).containsOnly(1);
	}

	@Test
	void rateLimitWhenItIsLowBeginsEachWhenItsTokenIsThere() {
		openWithoutSafetyNet();
		this.queue.tasks().register(task().rateLimit(SLOW).build());
		this.queue.start();
		enqueue(6);
		awaitCompleted(6);
		assertThat(this.starts).hasSize(6);
		// Some may stand still between the token and the note: all at once would be six.
		assertThat(RateLog.beyond(SLOW, List.copyOf(this.starts))).isLessThanOrEqualTo(1 + SLACK / 10.0);
	}

	@Test
	void rateLimitWhenReachedHoldsNobodyElseUpAndSpendsNoAttempt() {
		open((builder) -> builder.shards(1).concurrency(2));
		this.queue.tasks().register(task().rateLimit(HOURLY).build());
		this.queue.tasks().register(TaskDefinition.builder("other", Integer.class, (payload, context) -> null).build());
		this.queue.start();
		List<MessageId> ids = enqueue(20);
		awaitCompleted(1);
		awaitRefusal();
		List<NewMessage> others = new ArrayList<>();
		for (int i = 0; i < 50; i++) {
			others.add(NewMessage.to("other").payload(i));
		}
		this.operations.enqueueAll(others);
		awaitCompleted(51);
		assertThat(this.starts).hasSize(1);
		assertThat(ids.subList(1, 20)).allSatisfy((id) -> {
			assertThat(state(id)).isEqualTo(MessageState.READY);
			assertThat(find(id).attempt()).isZero();
			assertThat(find(id).lastError()).isNull();
		});
	}

	@Test
	void rateLimitWhenAttemptsFailCountsEachOfThem() {
		open((builder) -> builder.retry(new RetryPolicy(50, Duration.ofMillis(1), 1, Duration.ofMillis(1), 0)));
		this.queue.tasks().register(task((payload, context) -> {
			if (context.attempt() <= 39) {
				throw new IllegalStateException("again");
			}
			return null;
		}).rateLimit(FAST).build());
		this.queue.start();
		enqueue(2);
		awaitCompleted(2);
		assertThat(this.starts).hasSize(80);
		assertThat(RateLog.beyond(FAST, List.copyOf(this.starts))).isLessThanOrEqualTo(10 + SLACK);
	}

	@Test
	void tokenWhenItsMessageNeverBeginsServesTheNextOne() {
		open((builder) -> builder.shards(1).concurrency(1));
		this.queue.tasks().register(task().rateLimit(HOURLY).build());
		MessageId unreadable = this.operations.enqueue(message().payload("not a number"));
		this.queue.start();
		await().atMost(PATIENCE).until(() -> state(unreadable) == MessageState.DEAD);
		enqueue(1);
		awaitCompleted(1);
		assertThat(this.starts).hasSize(1);
	}

	@Test
	void tokenWhenNobodyNeedsItGoesBack() {
		open((builder) -> builder.shards(1).concurrency(1));
		this.queue.tasks().register(task().rateLimit(FAST).build());
		this.queue.start();
		enqueue(1);
		awaitCompleted(1);
		await().atMost(PATIENCE).until(() -> rate().held() == 0);
		this.queue.stop();
		assertThat(rate()).isEqualTo(new QueueStats.LimitStats(RATE, 100, 100, 0, 0, Duration.ofSeconds(1)));
	}

	@Test
	void rateLimitWithALimitAsksForNoTokenWhileThereIsNoPermit() throws Exception {
		open((builder) -> builder.shards(1).concurrency(4));
		CountDownLatch release = new CountDownLatch(1);
		this.queue.tasks().register(task((payload, context) -> {
			awaitLatch(release);
			return null;
		}).maxConcurrent(1).rateLimit(FAST).build());
		this.queue.tasks().register(TaskDefinition.builder("other", Integer.class, (payload, context) -> {
			Thread.sleep(2);
			return null;
		}).build());
		this.queue.start();
		enqueue(30);
		await().atMost(PATIENCE).until(() -> this.starts.size() == 1 && rate().held() == 0);
		long asked = readFromShard0("SELECT at FROM rate");
		List<NewMessage> others = new ArrayList<>();
		for (int i = 0; i < 300; i++) {
			others.add(NewMessage.to("other").payload(i));
		}
		this.operations.enqueueAll(others);
		awaitCompleted(300);
		assertThat(readFromShard0("SELECT at FROM rate")).isEqualTo(asked);
		release.countDown();
		awaitCompleted(330);
	}

	@Test
	void rateLimitOfABatchCountsItsCalls() {
		open((builder) -> builder.shards(1).concurrency(2));
		this.queue.tasks().register(TaskDefinition.batch(TASK, Integer.class, (payloads, runs) -> {
			this.starts.add(System.nanoTime());
			return null;
		}).batchSize(10).rateLimit(HOURLY).build());
		enqueue(25);
		this.queue.start();
		awaitCompleted(10);
		awaitRefusal();
		assertThat(this.starts).hasSize(1);
		assertThat(this.operations.stats().count(MessageState.READY)).isEqualTo(15);
	}

	@Test
	void rateLimitWhenTwoQueuesShareTheDirectoryHoldsForBoth() {
		openWithoutSafetyNet();
		this.queue.tasks().register(task().rateLimit(FAST).build());
		this.queue.start();
		try (EmbeddedQueue other = EmbeddedQueue.builder(this.directory).build()) {
			other.tasks().register(task().rateLimit(FAST).build());
			other.start();
			enqueue(300);
			awaitCompleted(300);
		}
		assertThat(RateLog.beyond(FAST, List.copyOf(this.starts))).isLessThanOrEqualTo(10 + SLACK);
	}

	@Test
	void rateLimitOfAQueueHoldsForAllItsTasksAndNoOtherQueue() {
		open((builder) -> builder.shards(3).pollInterval(Duration.ofMinutes(1)).rateLimit("mail", HOURLY));
		for (String task : List.of("a", "b")) {
			this.queue.tasks().register(TaskDefinition.builder(task, Integer.class, (payload, context) -> {
				if (context.message().queue().equals("mail")) {
					this.starts.add(System.nanoTime());
				}
				return null;
			}).build());
		}
		this.queue.start();
		List<NewMessage> messages = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			messages.add(NewMessage.to((i % 3 == 0) ? "a" : "b").queue("mail").payload(i));
		}
		List<NewMessage> others = new ArrayList<>();
		for (int i = 0; i < 300; i++) {
			others.add(NewMessage.to("a").payload(i));
		}
		this.operations.enqueueAll(messages);
		this.operations.enqueueAll(others);
		await().atMost(PATIENCE).until(() -> this.operations.stats().count("default", MessageState.COMPLETED) == 300);
		assertThat(this.starts).hasSizeLessThanOrEqualTo(1);
		// As many in a second as FAST.
		await().atMost(PATIENCE).until(() -> this.operations.changeLimit("rate:queue:mail", 360_000));
		awaitCompleted(400);
		assertThat(this.starts).hasSize(100);
		assertThat(RateLog.beyond(FAST, List.copyOf(this.starts))).isLessThanOrEqualTo(10 + SLACK);
		assertThat(all()).extracting(Message::attempt).containsOnly(1);
	}

	@Test
	void rateLimitOfAQueueAndOfItsTaskHoldBoth() {
		RateLimit ofTask = RateLimit.of("5/1s");
		open((builder) -> builder.shards(2).pollInterval(Duration.ofMinutes(1)).rateLimit("default", FAST));
		this.queue.tasks().register(task().rateLimit(ofTask).build());
		List<Long> otherStarts = new CopyOnWriteArrayList<>();
		this.queue.tasks().register(TaskDefinition.builder("other", Integer.class, (payload, context) -> {
			otherStarts.add(System.nanoTime());
			return null;
		}).build());
		this.queue.start();
		enqueue(8);
		List<NewMessage> others = new ArrayList<>();
		for (int i = 0; i < 80; i++) {
			others.add(NewMessage.to("other").payload(i));
		}
		this.operations.enqueueAll(others);
		awaitCompleted(88);
		List<Long> starts = new ArrayList<>(this.starts);
		assertThat(RateLog.beyond(ofTask, starts)).isLessThanOrEqualTo(1 + SLACK / 10.0);
		starts.addAll(otherStarts);
		assertThat(RateLog.beyond(FAST, starts)).isLessThanOrEqualTo(10 + SLACK);
	}

	@Test
	void rateLimitOfAQueueWhenItsOnlyTaskHasOneItselfHoldsBoth() {
		open((builder) -> builder.pollInterval(Duration.ofMinutes(1)).rateLimit("default", FAST));
		this.queue.tasks().register(task().rateLimit(RateLimit.of("50/1s")).build());
		this.queue.start();
		enqueue(20);
		awaitCompleted(20);
	}

	@Test
	void rateLimitOfAQueueWhenItsOnlyTaskHasALimitHoldsBoth() {
		open((builder) -> builder.pollInterval(Duration.ofMinutes(1)).rateLimit("default", FAST));
		this.queue.tasks().register(task().maxConcurrent(1).build());
		this.queue.start();
		enqueue(20);
		awaitCompleted(20);
	}

	@Test
	void rateLimitOfAQueueWhenTheProcessStartsAnewIsNotExceeded() {
		String rate = "rate:queue:default";
		for (int i = 0; i < 3; i++) {
			open((builder) -> builder.rateLimit("default", HOURLY));
			this.queue.tasks().register(task().build());
			this.queue.start();
			enqueue(2);
			awaitCompleted(1);
			await().atMost(PATIENCE)
				.until(() -> this.operations.stats()
					.limits()
					.stream()
					.anyMatch((limit) -> limit.name().equals(rate) && limit.waiting() == 1));
			this.queue.close();
		}
		assertThat(this.starts).hasSize(1);
		open((builder) -> builder.rateLimit("default", HOURLY));
		this.queue.tasks().register(task().build());
		this.queue.start();
		assertThat(this.operations.changeLimit(rate, 1_000_000)).isTrue();
		awaitCompleted(6);
	}

	@Test
	void rateLimitOfAQueueThatHasNoTaskMakesALaneForIt() {
		open((builder) -> builder.rateLimit("mail", FAST));
		this.queue.tasks().register(task().build());
		this.queue.start();
		MessageId id = this.operations.enqueue(message().queue("mail").payload(1));
		await().atMost(PATIENCE).until(() -> state(id) == MessageState.COMPLETED);
	}

	@Test
	void rateLimitWhenChangedHoldsFromThenOnAndAfterARestart() {
		openWithoutSafetyNet();
		this.queue.tasks().register(task().rateLimit(HOURLY).build());
		assertThat(this.operations.changeLimit(RATE, 1000)).isFalse();
		this.queue.start();
		enqueue(5);
		awaitCompleted(1);
		awaitRefusal();
		// Who waits for the next hour is told.
		assertThat(this.operations.changeLimit(RATE, 1_000_000)).isTrue();
		awaitCompleted(5);
		this.queue.close();
		openWithoutSafetyNet();
		this.queue.tasks().register(task().rateLimit(HOURLY).build());
		this.queue.start();
		enqueue(5);
		awaitCompleted(10);
		assertThat(rate().most()).isEqualTo(1_000_000);
		await().atMost(PATIENCE).until(() -> rate().held() == 0);
		assertThat(this.operations.changeLimit(RATE, null)).isTrue();
		enqueue(5);
		awaitRefusal();
		assertThat(rate()).extracting(QueueStats.LimitStats::most).isEqualTo(1);
		assertThat(this.starts).hasSizeLessThanOrEqualTo(11);
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
	void rateLimitWhenThereIsNoneWritesNothing() throws Exception {
		open((builder) -> builder.shards(1));
		this.queue.tasks().register(task().build());
		this.queue.start();
		enqueue(100);
		awaitCompleted(100);
		this.queue.close();
		assertThat(readFromShard0("SELECT count(*) FROM rate")).isZero();
		assertThat(readFromShard0("SELECT count(*) FROM token")).isZero();
		assertThat(readFromShard0("SELECT permit_changes FROM shard")).isZero();
	}

	@Test
	void rateLimitWhenTheOnlyProcessIsKilledIsNotExceededByTheNext() throws Exception {
		open((builder) -> builder.shards(2));
		enqueue(5);
		RateLog log = new RateLog(log());
		for (int i = 0; i < 3; i++) {
			Process child = start(RatedChild.class, HOURLY.toString());
			awaitRuns("start", 1);
			awaitRefusal();
			kill(child);
			await().atMost(PATIENCE).until(() -> rate().waiting() == 0);
		}
		assertThat(runs("start")).hasSize(1);
		// It was the rate that held them.
		start(RatedChild.class, HOURLY.toString());
		awaitRefusal();
		assertThat(this.operations.changeLimit(RATE, 1_000_000)).isTrue();
		awaitCompleted(5);
		log.read();
		assertThat(log.workers()).isEqualTo(2);
	}

	@Test
	void runsWhenProcessesAreKilledAreNeverMoreThanTheRate() throws Exception {
		RateLimit rate = RateLimit.of("200/1s");
		RateLog log = runAndKill(RatedChild.class, 3, kills(), new RateLog(log()));
		assertThat(log.workers()).isGreaterThan(1);
		assertThat(log.beyond(rate)).isLessThanOrEqualTo(20 + 2 * SLACK);
	}

	@Override
	Process start(Class<?> main, String... arguments) throws IOException {
		return (arguments.length == 0) ? super.start(main, "200/1s") : super.start(main, arguments);
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
			messages.add(message().payload(i));
		}
		this.operations.enqueueAll(messages);
	}

}
