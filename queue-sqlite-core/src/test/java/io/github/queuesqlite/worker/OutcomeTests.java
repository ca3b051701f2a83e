package io.github.queuesqlite.worker;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.queuesqlite.LogLines;
import io.github.queuesqlite.event.RunOutcome;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.FailureRecord;
import io.github.queuesqlite.store.Settlement;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.task.PermanentTaskException;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.RetryTaskException;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskHandler;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Tests for what becomes of a run. */
class OutcomeTests {

	@TempDir
	Path directory;

	private TestQueue queue;

	@AfterEach
	void close() {
		this.queue.close();
	}

	@Test
	void runWhenHandlerReturnsStoresTheResult() {
		start((settings) -> settings);
		this.queue.tasks.register("sum", int[].class, (values, context) -> Map.of("sum", values[0] + values[1]));
		long id = this.queue.enqueue("sum", new int[] { 1, 2 });
		this.queue.awaitState(id, MessageState.COMPLETED);
		assertThat(this.queue.result(id)).isEqualTo(Map.of("sum", 3));
		this.queue.awaitIdle();
		assertThat(this.queue.recorded.finished).containsExactly(RunOutcome.COMPLETED);
		assertThat(this.queue.recorded.started).containsExactly("sum");
	}

	@Test
	void runWhenTaskStoresNoResultStoresNull() {
		start((settings) -> settings);
		this.queue.tasks.register(
				TaskDefinition.builder("quiet", Void.class, (nothing, context) -> "secret").storeResult(false).build());
		long id = this.queue.enqueue("quiet", null);
		assertThat(this.queue.awaitState(id, MessageState.COMPLETED).result()).isNull();
	}

	@Test
	void runWhenResultCannotBeWrittenEndsDeadWithoutRetry() {
		start((settings) -> settings);
		AtomicInteger runs = new AtomicInteger();
		this.queue.tasks.register("bad", Void.class, (nothing, context) -> {
			runs.incrementAndGet();
			return new SelfReference();
		});
		long id = this.queue.enqueue("bad", null);
		this.queue.awaitState(id, MessageState.DEAD);
		assertThat(runs).hasValue(1);
		assertThat(onlyFailure(id).message()).contains("Cannot write").contains("SelfReference");
	}

	@Test
	void runWhenResultIsTooLargeEndsDeadWithoutRetry() {
		start((settings) -> settings);
		this.queue.tasks.register("large", Void.class, (nothing, context) -> new byte[TestQueue.MAX_PAYLOAD + 1]);
		long id = this.queue.enqueue("large", null);
		this.queue.awaitState(id, MessageState.DEAD);
		assertThat(onlyFailure(id).message()).contains("payload.max-size");
	}

	@Test
	void runWhenPayloadCannotBeReadEndsDeadAndKeepsTheBody() {
		start((settings) -> settings);
		AtomicInteger runs = new AtomicInteger();
		this.queue.tasks.register("typed", Integer.class, (number, context) -> runs.incrementAndGet());
		byte[] raw = "\"not a number\"".getBytes();
		long id = this.queue.enqueue("typed", null, (draft) -> draft.raw(raw));
		long good = this.queue.enqueue("typed", 1);
		StoredMessage row = this.queue.awaitState(id, MessageState.DEAD);
		this.queue.awaitState(good, MessageState.COMPLETED);
		assertThat(row.payload()).isEqualTo(raw);
		assertThat(onlyFailure(id).message()).contains("The payload cannot be read");
		assertThat(runs).hasValue(1);
		this.queue.awaitIdle();
		assertThat(this.queue.recorded.finished).containsExactlyInAnyOrder(RunOutcome.DEAD, RunOutcome.COMPLETED);
	}

	@Test
	void runWhenResultThrowsAnErrorEndsDeadAndTheLaneIsWell() {
		start((settings) -> settings);
		this.queue.tasks.register("fatal", Void.class, (nothing, context) -> new FatalResult());
		long id = this.queue.enqueue("fatal", null);
		this.queue.awaitState(id, MessageState.DEAD);
		assertThat(onlyFailure(id).message()).contains("The result cannot be written", "gone");
		assertThat(this.queue.pool.failingLoops()).isEmpty();
	}

	@Test
	void runWhenMemoryLacksForItsPayloadIsAFailedAttempt() {
		start((settings) -> settings.maxRetries(1));
		FlakyPayload.failures.set(1);
		this.queue.tasks.register("large", FlakyPayload.class, (payload, context) -> context.attempt());
		long id = this.queue.enqueue("large", Map.of());
		this.queue.awaitState(id, MessageState.COMPLETED);
		assertThat(this.queue.result(id)).isEqualTo(2);
		assertThat(onlyFailure(id).type()).isEqualTo(OutOfMemoryError.class.getName());
	}

	@Test
	void runWhenPayloadIsNeverReadTimesOutAndCountsAsStarted() throws InterruptedException {
		start((settings) -> settings.maxRetries(3).timeout(Duration.ofMillis(50)));
		StuckPayload.release = new CountDownLatch(1);
		this.queue.tasks.register("stuck", StuckPayload.class, (payload, context) -> "read");
		long id = this.queue.enqueue("stuck", Map.of());
		this.queue.awaitState(id, MessageState.DEAD);
		List<FailureRecord> failures = this.queue.store.failures(id);
		assertThat(failures).hasSize(4).extracting(FailureRecord::type).containsOnly("Timeout");
		// Not each of them need have come so far in its time.
		assertThat(failures).extracting(FailureRecord::stack)
			.anyMatch((stack) -> stack.contains(StuckPayload.class.getName()));
		await().until(() -> !this.queue.pool.overdueRuns().isEmpty());
		StuckPayload.release.countDown();
		await().until(() -> this.queue.pool.laneStates().get(0).running() == 0);
	}

	@Test
	void runWhenItIsNotKnownWhetherItRetriesIsRetried() {
		start((settings) -> settings);
		this.queue.tasks.register(TaskDefinition.builder("doubtful", Void.class, (nothing, context) -> {
			if (context.attempt() == 1) {
				throw new IllegalStateException();
			}
			return null;
		}).retryable((failure) -> {
			throw new AssertionError("cannot tell");
		}).build());
		this.queue.awaitState(this.queue.enqueue("doubtful", null), MessageState.COMPLETED);
		assertThat(this.queue.pool.failingLoops()).isEmpty();
	}

	@Test
	void runWhenHandlerThrowsPermanentEndsDeadAtOnce() {
		assertDeadAfter(1, (nothing, context) -> {
			throw new PermanentTaskException("never");
		});
	}

	@Test
	void runWhenFailureTextHoldsLineBreaksLogsOneLine() {
		try (LogLines log = LogLines.of(Verdict.class)) {
			assertDeadAfter(1, (nothing, context) -> {
				throw new PermanentTaskException("no\n12:00 ERROR forged");
			});
			assertThat(log.lines()).singleElement(as(InstanceOfAssertFactories.STRING))
				.contains("no\\n12:00 ERROR forged")
				.doesNotContain("\n");
		}
	}

	@Test
	void runWhenFailureIsNotRetryableEndsDeadAtOnce() {
		start((settings) -> settings);
		this.queue.tasks.register(TaskDefinition.builder("picky", Void.class, (nothing, context) -> {
			throw new ExecutionException(new IOException("disk"));
		}).retryable((failure) -> !(failure instanceof IOException)).build());
		long id = this.queue.enqueue("picky", null);
		assertThat(this.queue.awaitState(id, MessageState.DEAD).attempt()).isEqualTo(1);
		assertThat(onlyFailure(id).type()).isEqualTo(IOException.class.getName());
	}

	@Test
	void runWhenAttemptsAreUsedUpEndsDeadWithEachFailureRecorded() {
		assertDeadAfter(4, (nothing, context) -> {
			throw new CompletionException(new IllegalArgumentException("attempt " + context.attempt()));
		});
		long id = this.queue.store.list(io.github.queuesqlite.message.MessageQuery.all()).get(0).id();
		assertThat(this.queue.store.failures(id)).extracting(FailureRecord::message)
			.containsExactly("attempt 1", "attempt 2", "attempt 3", "attempt 4");
		assertThat(this.queue.store.failures(id)).allSatisfy((failure) -> {
			assertThat(failure.type()).isEqualTo(IllegalArgumentException.class.getName());
			assertThat(failure.host()).isEqualTo("test-host");
			assertThat(failure.stack()).contains("OutcomeTests");
			assertThat(failure.startedAt()).isLessThanOrEqualTo(failure.failedAt());
		});
		this.queue.awaitIdle();
		assertThat(this.queue.recorded.finished).containsExactly(RunOutcome.RETRY, RunOutcome.RETRY, RunOutcome.RETRY,
				RunOutcome.DEAD);
	}

	static List<Error> errors() {
		return List.of(new StackOverflowError("deep"), new AssertionError("wrong"), new NoClassDefFoundError("gone"),
				new OutOfMemoryError("full"));
	}

	@ParameterizedTest
	@MethodSource("errors")
	void runWhenHandlerThrowsAnErrorIsAFailedAttemptAndTheLaneGoesOn(Error error) {
		start((settings) -> settings.concurrency(1).maxRetries(0));
		this.queue.tasks.register("error", Void.class, (nothing, context) -> {
			throw error;
		});
		this.queue.tasks.register("fine", Void.class, (nothing, context) -> "fine");
		long bad = this.queue.enqueue("error", null);
		long good = this.queue.enqueue("fine", null);
		this.queue.awaitState(bad, MessageState.DEAD);
		this.queue.awaitState(good, MessageState.COMPLETED);
		assertThat(onlyFailure(bad).type()).isEqualTo(error.getClass().getName());
		assertThat(this.queue.pool.failingLoops()).isEmpty();
	}

	@Test
	void runWhenHandlerOverflowsItsStackIsAFailedAttempt() {
		start((settings) -> settings.maxRetries(0));
		this.queue.tasks.register("deep", Void.class, (nothing, context) -> recurse(0));
		long id = this.queue.enqueue("deep", null);
		this.queue.awaitState(id, MessageState.DEAD);
		assertThat(onlyFailure(id).stack()).hasSizeLessThanOrEqualTo(Failures.MOST_STACK);
	}

	@Test
	void runWhenSenderSetMaxAttemptsTheyWin() {
		start((settings) -> settings);
		AtomicInteger runs = new AtomicInteger();
		this.queue.tasks.register("fails", Void.class, (nothing, context) -> {
			assertThat(context.maxAttempts()).isEqualTo(2);
			runs.incrementAndGet();
			throw new IllegalStateException();
		});
		long id = this.queue.enqueue("fails", null, (draft) -> draft.maxAttempts(2));
		this.queue.awaitState(id, MessageState.DEAD);
		assertThat(runs).hasValue(2);
	}

	@Test
	void runWhenTaskHasAPolicyItBeatsTheDefault() {
		start((settings) -> settings);
		AtomicInteger runs = new AtomicInteger();
		this.queue.tasks.register(TaskDefinition.builder("fails", Void.class, (nothing, context) -> {
			runs.incrementAndGet();
			throw new IllegalStateException();
		}).retryPolicy(new RetryPolicy(1, Duration.ZERO, 1, Duration.ZERO, 0)).build());
		long id = this.queue.enqueue("fails", null);
		this.queue.awaitState(id, MessageState.DEAD);
		assertThat(runs).hasValue(2);
		assertThat(this.queue.pool.maxAttempts("fails")).isEqualTo(2);
		assertThat(this.queue.pool.maxAttempts("unknown")).isEqualTo(4);
	}

	@Test
	void runWhenHandlerAsksForRetryWaitsAsLongAsItSaid() {
		start((settings) -> settings);
		AtomicInteger runs = new AtomicInteger();
		this.queue.tasks.register("later", Void.class, (nothing, context) -> {
			if (runs.incrementAndGet() == 1) {
				throw new RetryTaskException(Duration.ofMinutes(5), "not yet");
			}
			return context.attempt();
		});
		long id = this.queue.enqueue("later", null);
		StoredMessage row = this.queue.awaitState(id, MessageState.SCHEDULED);
		assertThat(row.runAt() - onlyFailure(id).failedAt()).isBetween(299_000L, 360_000L);
		assertThat(onlyFailure(id).message()).isEqualTo("not yet");
		this.queue.clock.advance(Duration.ofMinutes(6));
		this.queue.awaitState(id, MessageState.COMPLETED);
		assertThat(this.queue.result(id)).isEqualTo(2);
	}

	@Test
	void runWhenHandlerSnoozesSpendsNoAttempt() {
		start((settings) -> settings.maxRetries(0));
		AtomicInteger runs = new AtomicInteger();
		this.queue.tasks.register("snooze", Void.class, (nothing, context) -> {
			if (runs.incrementAndGet() <= 5) {
				throw new RetryTaskException(Duration.ZERO).withoutAttempt();
			}
			return context.attempt();
		});
		long id = this.queue.enqueue("snooze", null);
		this.queue.awaitState(id, MessageState.COMPLETED);
		assertThat(this.queue.result(id)).isEqualTo(1);
		assertThat(this.queue.store.failures(id)).isEmpty();
		this.queue.awaitIdle();
		assertThat(this.queue.recorded.finished).containsOnlyOnce(RunOutcome.COMPLETED).contains(RunOutcome.SNOOZED);
	}

	@Test
	void runWhenHandlerAsksForRetryOnTheLastAttemptEndsDead() {
		assertDeadAfter(4, (nothing, context) -> {
			throw new RetryTaskException(Duration.ZERO);
		});
	}

	@Test
	void retryWaitsByThePolicyWithinItsJitter() {
		start((settings) -> settings.retry(new RetryPolicy(3, Duration.ofMinutes(10), 2, Duration.ofMinutes(30), 0.2)));
		this.queue.tasks.register("fails", Void.class, (nothing, context) -> {
			throw new IllegalStateException();
		});
		long id = this.queue.enqueue("fails", null);
		long[][] bounds = { { 480_000, 720_000 }, { 960_000, 1_440_000 }, { 1_440_000, 1_800_000 } };
		for (int retry = 0; retry < 3; retry++) {
			int attempt = retry + 1;
			await().until(() -> this.queue.store.failures(id).size() == attempt);
			StoredMessage row = this.queue.awaitState(id, MessageState.SCHEDULED);
			long wait = row.runAt() - this.queue.store.failures(id).get(retry).failedAt();
			assertThat(wait).isBetween(bounds[retry][0], bounds[retry][1] + 60_000);
			this.queue.clock.advance(Duration.ofMillis(wait));
		}
		this.queue.awaitState(id, MessageState.DEAD);
	}

	@Test
	void runWhenItsRetryWouldBeTooLateAfterTheFirstAttemptEndsDead() {
		RetryPolicy policy = new RetryPolicy(100, Duration.ofMinutes(10), 1, Duration.ofMinutes(10), 0);
		start((settings) -> settings.retry(policy.withMaxElapsed(Duration.ofMinutes(35))));
		this.queue.tasks.register("fails", Void.class, (nothing, context) -> {
			throw new IllegalStateException();
		});
		long id = this.queue.enqueue("fails", null);
		for (int round = 0; round < 2; round++) {
			failUntilDead(id, 4);
			// By hand its time begins anew.
			assertThat(this.queue.store.retry(id)).isTrue();
		}
	}

	private void failUntilDead(long id, int attempts) {
		for (int attempt = 1; attempt < attempts; attempt++) {
			int failed = attempt;
			await().until(() -> {
				StoredMessage row = this.queue.find(id);
				return row.state() == MessageState.SCHEDULED && row.attempt() == failed;
			});
			this.queue.clock.advance(Duration.ofMinutes(10));
		}
		assertThat(this.queue.awaitState(id, MessageState.DEAD).attempt()).isEqualTo(attempts);
	}

	@Test
	void startWhenAnEarlierProcessDiedOnTheLastAttemptEndsDeadWithoutRunning() {
		this.queue = TestQueue.open(this.directory);
		AtomicInteger runs = new AtomicInteger();
		this.queue.tasks.register("killer", Void.class, (nothing, context) -> runs.incrementAndGet());
		long id = this.queue.enqueue("killer", null, (draft) -> draft.maxAttempts(1));
		// A run that failed with its attempt counted, then made READY again by its
		// sender's
		// store: what rescue leaves when another process has other limits.
		StoredMessage claimed = this.queue.store.claim(this.queue.presence.current(), "default", Set.of("killer"), 1)
			.get(0);
		Settle.now(this.queue.store, new Settlement.Retry(claimed.runKey(), 0, true, null));
		this.queue.start();
		this.queue.awaitState(id, MessageState.DEAD);
		assertThat(runs).hasValue(0);
		assertThat(onlyFailure(id).type()).isEqualTo("AttemptsExhausted");
		assertThat(onlyFailure(id).message()).isEqualTo("No attempt is left: 1 spent, 1 allowed");
		assertThat(this.queue.find(id).attempt()).isOne();
	}

	@Test
	void startWhenTimeToLiveIsOverExpiresWithoutRunning() throws InterruptedException {
		this.queue = TestQueue.open(this.directory, (settings) -> settings.concurrency(1));
		CountDownLatch release = new CountDownLatch(1);
		CountDownLatch started = new CountDownLatch(1);
		AtomicInteger runs = new AtomicInteger();
		TestQueue queue = this.queue;
		queue.tasks.register("expires", Void.class, (nothing, context) -> {
			started.countDown();
			release.await();
			return runs.incrementAndGet();
		});
		queue.enqueue("expires", null);
		// No service runs that would expire it before it is claimed.
		queue.pool.start();
		started.await();
		long late = queue.enqueue("expires", null, (draft) -> draft.timeToLive(Duration.ofSeconds(60)));
		queue.clock.advance(Duration.ofSeconds(61));
		release.countDown();
		queue.awaitState(late, MessageState.EXPIRED);
		queue.awaitIdle();
		assertThat(runs).hasValue(1);
	}

	private void assertDeadAfter(int attempts, TaskHandler<Void> handler) {
		start((settings) -> settings);
		AtomicInteger runs = new AtomicInteger();
		this.queue.tasks.register("doomed", Void.class, (nothing, context) -> {
			runs.incrementAndGet();
			return handler.handle(nothing, context);
		});
		long id = this.queue.enqueue("doomed", null);
		StoredMessage row = this.queue.awaitState(id, MessageState.DEAD);
		assertThat(runs).hasValue(attempts);
		assertThat(row.attempt()).isEqualTo(attempts);
	}

	private FailureRecord onlyFailure(long id) {
		assertThat(this.queue.store.failures(id)).hasSize(1);
		return this.queue.store.failures(id).get(0);
	}

	private void start(java.util.function.UnaryOperator<TestQueue.Settings> settings) {
		this.queue = TestQueue.open(this.directory, settings).start();
	}

	private static int recurse(int depth) {
		return (depth < 0) ? 0 : recurse(depth + 1) + 1;
	}

	/** Throws an error when it is written. */
	public static final class FatalResult {

		public String getValue() {
			throw new NoClassDefFoundError("gone");
		}

	}

	/** Lacks memory when it is read, so many times. */
	public static final class FlakyPayload {

		static final AtomicInteger failures = new AtomicInteger();

		public FlakyPayload() {
			if (failures.getAndDecrement() > 0) {
				throw new OutOfMemoryError("just now");
			}
		}

	}

	/** Is read once it is released, whoever interrupts. */
	public static final class StuckPayload {

		static CountDownLatch release = new CountDownLatch(0);

		public StuckPayload() {
			while (true) {
				try {
					release.await();
					return;
				}
				catch (InterruptedException ex) {
					// Hostile on purpose.
				}
			}
		}

	}

	/** Cannot be written as JSON. */
	public static final class SelfReference {

		public SelfReference getSelf() {
			return this;
		}

	}

}
