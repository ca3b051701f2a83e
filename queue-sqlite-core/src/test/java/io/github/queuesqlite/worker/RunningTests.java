package io.github.queuesqlite.worker;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.github.queuesqlite.event.RunOutcome;
import io.github.queuesqlite.message.LeaseLostException;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.CancelResult;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.task.TaskContext;
import io.github.queuesqlite.task.TaskDefinition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.MDC;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/** Tests for runs under way: timeout, cancellation, stages, the handler's context. */
class RunningTests {

	@TempDir
	Path directory;

	private TestQueue queue;

	@AfterEach
	void close() {
		this.queue.close();
	}

	@Test
	void startIsNotedBeforeTheHandlerIsCalled() {
		start((settings) -> settings.maxRetries(0));
		this.queue.tasks.register("killer", Void.class, (nothing, context) -> {
			// What others would do when this process died right now.
			this.queue.declareDead(context.fencingToken().epoch());
			return null;
		});
		long id = this.queue.enqueue("killer", null);
		assertThat(this.queue.awaitState(id, MessageState.DEAD).attempt()).isOne();
	}

	@Test
	void attributesOfTheTaskAreThereForItsHandler() {
		start((settings) -> settings);
		this.queue.tasks.register(
				TaskDefinition.builder("report", Void.class, (nothing, context) -> context.attributes().get("team"))
					.attributes(Map.of("team", "billing"))
					.build());
		long id = this.queue.enqueue("report", null);
		this.queue.awaitState(id, MessageState.COMPLETED);
		assertThat(this.queue.result(id)).isEqualTo("billing");
	}

	@Test
	void timeoutInterruptsTheHandlerAndFailsTheAttempt() {
		start((settings) -> settings.maxRetries(0));
		AtomicReference<Thread> waiting = new AtomicReference<>();
		AtomicReference<Throwable> seen = new AtomicReference<>();
		this.queue.tasks.register(TaskDefinition.builder("slow", Void.class, (nothing, context) -> {
			try {
				waiting.set(Thread.currentThread());
				new CountDownLatch(1).await();
			}
			catch (InterruptedException ex) {
				assertThat(context.isCancelled()).isTrue();
				seen.set(ex);
				throw ex;
			}
			return null;
		}).timeout(Duration.ofHours(1)).build());
		long id = this.queue.enqueue("slow", null);
		await().until(() -> waiting.get() != null && waiting.get().getState() == Thread.State.WAITING);
		this.queue.clock.advance(Duration.ofHours(2));
		lookAfter(Duration.ofHours(2));
		this.queue.awaitState(id, MessageState.DEAD);
		await().until(() -> seen.get() != null);
		assertThat(this.queue.store.failures(id)).singleElement().satisfies((failure) -> {
			assertThat(failure.type()).isEqualTo("Timeout");
			assertThat(failure.stack()).contains("CountDownLatch");
			assertThat(failure.failedAt() - failure.startedAt()).isGreaterThan(Duration.ofHours(1).toMillis());
		});
		this.queue.awaitIdle();
		assertThat(this.queue.recorded.finished).containsExactly(RunOutcome.DEAD);
	}

	@Test
	void timeoutWhenIgnoredKeepsThePermitShowsAndDiscardsTheResult() throws Exception {
		start((settings) -> settings.concurrency(1).maxRetries(0));
		CountDownLatch started = new CountDownLatch(1);
		AtomicBoolean goOn = new AtomicBoolean();
		this.queue.tasks.register(TaskDefinition.builder("deaf", Void.class, (nothing, context) -> {
			started.countDown();
			while (!goOn.get()) {
				Thread.onSpinWait();
			}
			return "too late";
		}).timeout(Duration.ofMillis(50)).build());
		this.queue.tasks.register("next", Void.class, (nothing, context) -> "next");
		long deaf = this.queue.enqueue("deaf", null);
		started.await();
		this.queue.awaitState(deaf, MessageState.DEAD);
		long next = this.queue.enqueue("next", null);
		await().until(() -> !this.queue.pool.overdueRuns().isEmpty());
		await().until(() -> this.queue.recorded.finished.contains(RunOutcome.DEAD));
		assertThat(this.queue.pool.overdueRuns()).singleElement().satisfies((run) -> {
			assertThat(run.id()).isEqualTo(deaf);
			assertThat(run.task()).isEqualTo("deaf");
			assertThat(run.thread()).startsWith("queue-default-");
		});
		assertThat(this.queue.pool.laneStates().get(0).running()).isEqualTo(1);
		assertThat(this.queue.find(next).state()).isEqualTo(MessageState.READY);
		goOn.set(true);
		this.queue.awaitState(next, MessageState.COMPLETED);
		assertThat(this.queue.find(deaf).result()).isNull();
		this.queue.awaitIdle();
		assertThat(this.queue.recorded.finished).containsExactly(RunOutcome.DEAD, RunOutcome.LOST,
				RunOutcome.COMPLETED);
		assertThat(this.queue.pool.overdueRuns()).isEmpty();
	}

	@Test
	void timeoutWhenHandlerEndsWithInterruptFlagSetDoesNotLeakItIntoTheNextRun() {
		start((settings) -> settings.concurrency(1));
		List<Boolean> flags = new CopyOnWriteArrayList<>();
		this.queue.tasks.register("flag", Void.class, (nothing, context) -> {
			flags.add(Thread.currentThread().isInterrupted());
			Thread.currentThread().interrupt();
			return null;
		});
		List<Long> ids = this.queue.enqueueAll("flag", 20);
		ids.forEach((id) -> this.queue.awaitState(id, MessageState.COMPLETED));
		assertThat(flags).hasSize(20).containsOnly(false);
	}

	@Test
	void timeoutRacingTheEndSettlesEachRunOnce() {
		start((settings) -> settings.concurrency(4).maxRetries(0));
		AtomicInteger interruptedAtStart = new AtomicInteger();
		this.queue.tasks.register(TaskDefinition.builder("edge", Integer.class, (number, context) -> {
			// Its own time may be over before its first line.
			if (Thread.currentThread().isInterrupted() && Instant.now().isBefore(context.deadline())) {
				interruptedAtStart.incrementAndGet();
			}
			long end = System.nanoTime() + TimeUnit.MICROSECONDS.toNanos(4500 + number % 1000);
			while (System.nanoTime() < end) {
				Thread.onSpinWait();
			}
			return number;
		}).timeout(Duration.ofMillis(5)).build());
		List<Long> ids = this.queue.enqueueAll("edge", 300);
		await().until(() -> this.queue.store.findAll(ids)
			.stream()
			.allMatch((row) -> row.state() == MessageState.COMPLETED || row.state() == MessageState.DEAD));
		this.queue.awaitIdle();
		assertThat(interruptedAtStart).hasValue(0);
		assertThat(this.queue.recorded.finished.stream().filter((outcome) -> outcome != RunOutcome.LOST)).hasSize(300);
		assertThat(this.queue.store.findAll(ids)).allMatch((row) -> row.attempt() == 1);
	}

	@Test
	void extendMovesTheDeadline() throws Exception {
		start((settings) -> settings.maxRetries(0));
		CountDownLatch extended = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		this.queue.tasks.register(TaskDefinition.builder("long", Void.class, (nothing, context) -> {
			Instant before = context.deadline();
			context.extend(Duration.ofHours(3));
			assertThat(context.deadline()).isAfter(before.plus(Duration.ofMinutes(90)));
			extended.countDown();
			goOn.await();
			return "done";
		}).timeout(Duration.ofHours(1)).build());
		long id = this.queue.enqueue("long", null);
		extended.await();
		lookAfter(Duration.ofHours(2));
		assertThat(this.queue.find(id).state()).isEqualTo(MessageState.RUNNING);
		goOn.countDown();
		this.queue.awaitState(id, MessageState.COMPLETED);
	}

	@Test
	void extendToLessThanWasLeftTimesOutEarlier() {
		start((settings) -> settings.maxRetries(0));
		this.queue.tasks.register(TaskDefinition.builder("short", Void.class, (nothing, context) -> {
			context.extend(Duration.ofMillis(10));
			new CountDownLatch(1).await();
			return null;
		}).timeout(Duration.ofHours(1)).build());
		long id = this.queue.enqueue("short", null);
		this.queue.awaitState(id, MessageState.DEAD);
		assertThat(this.queue.store.failures(id)).singleElement()
			.satisfies((failure) -> assertThat(failure.type()).isEqualTo("Timeout"));
	}

	/** What the watch would do so much later. */
	private void lookAfter(Duration duration) {
		long then = this.queue.pool.engine().now() + duration.toNanos();
		this.queue.pool.lanes().forEach((lane) -> lane.look(then));
	}

	@Test
	void extendWhenDurationIsNotPositiveIsRefused() {
		start((settings) -> settings.maxRetries(0));
		this.queue.tasks.register("wrong", Void.class, (nothing, context) -> {
			assertThatIllegalArgumentException().isThrownBy(() -> context.extend(Duration.ZERO));
			return "ok";
		});
		this.queue.awaitState(this.queue.enqueue("wrong", null), MessageState.COMPLETED);
	}

	@Test
	void extendWhenTimedOutThrowsLeaseLost() throws Exception {
		start((settings) -> settings.maxRetries(0));
		CompletableFuture<Throwable> thrown = new CompletableFuture<>();
		this.queue.tasks.register(TaskDefinition.builder("late", Void.class, (nothing, context) -> {
			while (!context.isCancelled()) {
				Thread.onSpinWait();
			}
			try {
				context.extend(Duration.ofSeconds(1));
			}
			catch (LeaseLostException ex) {
				thrown.complete(ex);
			}
			return null;
		}).timeout(Duration.ofMillis(30)).build());
		this.queue.enqueue("late", null);
		assertThat(thrown.get(60, TimeUnit.SECONDS)).isInstanceOf(LeaseLostException.class);
	}

	@Test
	void checkTimeoutEndsTheHandlerOfACancelledMessage() throws Exception {
		start((settings) -> settings);
		CountDownLatch started = new CountDownLatch(1);
		CompletableFuture<Throwable> thrown = new CompletableFuture<>();
		this.queue.tasks.register("check", Void.class, (nothing, context) -> {
			context.checkTimeout();
			started.countDown();
			try {
				while (true) {
					context.checkTimeout();
				}
			}
			catch (CancellationException ex) {
				thrown.complete(ex);
				throw ex;
			}
		});
		long id = this.queue.enqueue("check", null);
		assertThat(started.await(60, TimeUnit.SECONDS)).isTrue();
		assertThat(this.queue.store.cancel(id)).isNotNull();
		assertThat(thrown.get(60, TimeUnit.SECONDS)).hasMessageContaining(new MessageId(id).toString());
		this.queue.awaitState(id, MessageState.CANCELLED);
	}

	@Test
	void cancelOfARunningMessageInterruptsAndEndsCancelled() throws Exception {
		start((settings) -> settings);
		CountDownLatch started = new CountDownLatch(1);
		this.queue.tasks.register("cancel", Void.class, (nothing, context) -> {
			started.countDown();
			new CountDownLatch(1).await();
			return null;
		});
		long id = this.queue.enqueue("cancel", null);
		started.await();
		assertThat(this.queue.store.cancel(id)).isEqualTo(CancelResult.REQUESTED);
		this.queue.awaitState(id, MessageState.CANCELLED);
		this.queue.awaitIdle();
		assertThat(this.queue.recorded.finished).containsExactly(RunOutcome.CANCELLED);
		assertThat(this.queue.store.failures(id)).isEmpty();
	}

	@Test
	void cancelWhenIgnoredShowsAndTheStoreDecides() throws Exception {
		start((settings) -> settings);
		CountDownLatch started = new CountDownLatch(1);
		AtomicBoolean goOn = new AtomicBoolean();
		this.queue.tasks.register("deaf", Void.class, (nothing, context) -> {
			started.countDown();
			while (!goOn.get()) {
				Thread.onSpinWait();
			}
			return "done";
		});
		long id = this.queue.enqueue("deaf", null);
		started.await();
		this.queue.store.cancel(id);
		await().until(() -> this.queue.pool.overdueRuns().size() == 1);
		goOn.set(true);
		await().until(() -> this.queue.find(id).state().isEnded());
		this.queue.awaitIdle();
		assertThat(this.queue.recorded.finished).hasSize(1);
	}

	@Test
	void contextShowsTheMessageAndTheRun() throws Exception {
		start((settings) -> settings);
		CompletableFuture<TaskContext> context = new CompletableFuture<>();
		CompletableFuture<Map<String, String>> logged = new CompletableFuture<>();
		this.queue.tasks.register("look", String.class, (payload, run) -> {
			logged.complete(MDC.getCopyOfContextMap());
			context.complete(run);
			return payload;
		});
		Instant enqueued = Instant.now();
		long id = this.queue.enqueue("look", "hello");
		TaskContext run = context.get(60, TimeUnit.SECONDS);
		StoredMessage row = this.queue.awaitState(id, MessageState.COMPLETED);
		assertThat(run.id()).isEqualTo(new MessageId(id));
		assertThat(run.attempt()).isEqualTo(1);
		assertThat(run.maxAttempts()).isEqualTo(4);
		assertThat(run.message().payload(String.class)).isEqualTo("hello");
		assertThat(run.fencingToken().run()).isEqualTo(row.run());
		assertThat(run.fencingToken().epoch()).isEqualTo(this.queue.presence.current().epoch());
		assertThat(run.deadline()).isBetween(enqueued.plusSeconds(299), Instant.now().plusSeconds(301));
		assertThat(run.isCancelled()).isFalse();
		assertThat(logged.join()).containsEntry("queue.message", new MessageId(id).toString())
			.containsEntry("queue.task", "look")
			.containsEntry("queue.name", "default")
			.containsEntry("queue.attempt", "1");
	}

	@Test
	void logContextIsCleanedAfterTheRun() throws Exception {
		CompletableFuture<Map<String, String>> after = new CompletableFuture<>();
		this.queue = TestQueue.open(this.directory, (settings) -> settings.executor((run) -> {
			run.run();
			after.complete(MDC.getCopyOfContextMap());
		})).start();
		this.queue.tasks.register("look", Void.class, (nothing, run) -> null);
		this.queue.awaitState(this.queue.enqueue("look", null), MessageState.COMPLETED);
		Map<String, String> context = after.get(60, TimeUnit.SECONDS);
		assertThat((context != null) ? context : Map.of()).isEmpty();
	}

	@Test
	void interceptorsRunAroundTheHandlerFirstOneOutermost() {
		List<String> calls = new CopyOnWriteArrayList<>();
		start((settings) -> settings.interceptor((invocation) -> {
			calls.add("a " + invocation.task().name() + " " + invocation.payload() + " "
					+ invocation.context().attempt());
			Object result = invocation.proceed();
			calls.add("a done");
			return result + "!";
		}).interceptor((invocation) -> {
			calls.add("b");
			return invocation.proceed();
		}));
		this.queue.tasks.register("greet", String.class, (name, context) -> {
			calls.add("handler");
			return "Hello " + name;
		});
		long id = this.queue.enqueue("greet", "Ada");
		this.queue.awaitState(id, MessageState.COMPLETED);
		assertThat(calls).containsExactly("a greet Ada 1", "b", "handler", "a done");
		assertThat(this.queue.result(id)).isEqualTo("Hello Ada!");
	}

	@Test
	void interceptorWhenItThrowsIsTheOutcome() {
		start((settings) -> settings.maxRetries(0).interceptor((invocation) -> {
			invocation.proceed();
			throw new IllegalStateException("vetoed");
		}));
		this.queue.tasks.register("greet", String.class, (name, context) -> "Hello " + name);
		long id = this.queue.enqueue("greet", "Ada");
		this.queue.awaitState(id, MessageState.DEAD);
		assertThat(this.queue.store.failures(id).get(0).message()).isEqualTo("vetoed");
	}

	@Test
	void runWhenItsProcessStoodStillForALeaseDoesNotStartBeforeTheNextSignOfLife() throws Exception {
		BlockingQueue<Runnable> handed = new LinkedBlockingQueue<>();
		this.queue = TestQueue.open(this.directory, (settings) -> settings.executor(handed::add)).start();
		AtomicInteger runs = new AtomicInteger();
		this.queue.tasks.register("count", Void.class, (nothing, run) -> runs.incrementAndGet());
		long id = this.queue.enqueue("count", null);
		Runnable claimed = handed.poll(60, TimeUnit.SECONDS);
		assertThat(claimed).isNotNull();
		this.queue.still = TestQueue.LEASE;
		claimed.run();
		StoredMessage row = this.queue.awaitState(id, MessageState.READY);
		assertThat(row.attempt()).isZero();
		assertThat(runs).hasValue(0);
		this.queue.still = Duration.ZERO;
		this.queue.store.demandChanged();
		await().until(() -> {
			Runnable next = handed.poll();
			if (next != null) {
				next.run();
			}
			return this.queue.find(id).state() == MessageState.COMPLETED;
		});
		assertThat(runs).hasValue(1);
	}

	@Test
	void runWhenItsProcessStandsStillWhileItIsMadeReadyDoesNotStart() throws Exception {
		BlockingQueue<Runnable> handed = new LinkedBlockingQueue<>();
		this.queue = TestQueue.open(this.directory, (settings) -> settings.executor(handed::add)).start();
		AtomicInteger runs = new AtomicInteger();
		this.queue.tasks.register("count", Void.class, (nothing, run) -> runs.incrementAndGet());
		long id = this.queue.enqueue("count", null);
		Runnable claimed = handed.poll(60, TimeUnit.SECONDS);
		assertThat(claimed).isNotNull();
		Thread runner = Thread.currentThread();
		this.queue.clock.whenAsked = () -> {
			if (Thread.currentThread() == runner) {
				this.queue.still = TestQueue.LEASE;
			}
		};
		claimed.run();
		StoredMessage row = this.queue.awaitState(id, MessageState.READY);
		assertThat(row.attempt()).isZero();
		assertThat(runs).hasValue(0);
		this.queue.clock.whenAsked = () -> {
		};
		this.queue.still = Duration.ZERO;
	}

	@Test
	void runsWhenDeclaredDeadAreLostAndThePoolGoesOnUnderANewEpoch() throws Exception {
		start((settings) -> settings.concurrency(2));
		CompletableFuture<TaskContext> context = new CompletableFuture<>();
		CountDownLatch goOn = new CountDownLatch(1);
		AtomicInteger runs = new AtomicInteger();
		this.queue.tasks.register("long", Void.class, (nothing, run) -> {
			if (runs.incrementAndGet() == 1) {
				context.complete(run);
				goOn.await();
				return "stale";
			}
			return "fresh";
		});
		long id = this.queue.enqueue("long", null);
		TaskContext stale = context.get(60, TimeUnit.SECONDS);
		long epoch = this.queue.presence.current().epoch();
		this.queue.declareDead(epoch);
		await().until(() -> this.queue.presence.current().epoch() != epoch);
		await().until(stale::isCancelled);
		assertThatExceptionOfType(LeaseLostException.class).isThrownBy(() -> stale.extend(Duration.ofSeconds(1)));
		this.queue.awaitState(id, MessageState.COMPLETED);
		goOn.countDown();
		await().until(() -> this.queue.recorded.finished.size() == 2);
		assertThat(this.queue.result(id)).isEqualTo("fresh");
		assertThat(this.queue.recorded.finished).containsExactly(RunOutcome.COMPLETED, RunOutcome.LOST);
		assertThat(this.queue.find(id).owner()).isGreaterThan(epoch);
	}

	private void start(java.util.function.UnaryOperator<TestQueue.Settings> settings) {
		this.queue = TestQueue.open(this.directory, settings).start();
	}

}
