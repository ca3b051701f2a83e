package io.github.queuesqlite.test;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.github.queuesqlite.listen.ListenerDefinition;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewGroup;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.Priority;
import io.github.queuesqlite.schedule.Schedule;
import io.github.queuesqlite.task.RateLimit;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskDefinition;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

@Timeout(300)
class TestQueueTests {

	@AutoClose
	private final TestQueue queue = TestQueue.create();

	private final List<String> ran = new ArrayList<>();

	private void register(String task) {
		this.queue.tasks().register(task, String.class, (payload, context) -> {
			this.ran.add(payload);
			return "did " + payload;
		});
	}

	@Test
	void nothingRunsBeforeTheTestSaysSo() throws InterruptedException {
		register("mail");
		MessageId id = this.queue.operations().enqueue("mail", "ada");
		assertThat(this.queue).message(id).hasState(MessageState.READY).hasAttempts(0);
		assertThat(this.queue.drain()).isOne();
		assertThat(this.queue).message(id).isCompleted().hasResult("did ada").hasAttempts(1);
		MessageId next = this.queue.operations().enqueue("mail", "bob");
		Thread.sleep(100);
		assertThat(this.queue).message(next).hasState(MessageState.READY).hasAttempts(0);
	}

	@Test
	void handlersRunOnTheThreadThatDrains() {
		AtomicReference<Thread> thread = new AtomicReference<>();
		this.queue.tasks().register("mail", Void.class, (payload, context) -> {
			thread.set(Thread.currentThread());
			return null;
		});
		this.queue.operations().enqueue("mail", null);
		this.queue.drain();
		assertThat(thread).hasValue(Thread.currentThread());
	}

	@Test
	void whatHandlersEnqueueRunsInTheSameDrainTheBestFirst() {
		register("mail");
		this.queue.tasks().register("first", String.class, (payload, context) -> {
			this.ran.add(payload);
			this.queue.operations().enqueue(NewMessage.to("mail").payload("urgent").priority(Priority.URGENT));
			context.enqueue(NewMessage.to("mail").payload("low").priority(Priority.LOW));
			return null;
		});
		this.queue.operations().enqueue("first", "first");
		this.queue.operations().enqueue("mail", "second");
		this.queue.operations().enqueue("mail", "third");
		assertThat(this.queue.drain()).isEqualTo(5);
		assertThat(this.ran).containsExactly("first", "urgent", "second", "third", "low");
	}

	@Test
	void drainOneRunsOneHandler() {
		register("mail");
		this.queue.operations().enqueue("mail", "one");
		this.queue.operations().enqueue("mail", "two");
		assertThat(this.queue.drainOne()).isTrue();
		assertThat(this.ran).containsExactly("one");
		assertThat(this.queue).hasCount(MessageState.READY, 1).hasCount(MessageState.COMPLETED, 1);
		assertThat(this.queue).hasEnqueued("mail").withPayload("two").once().hasAttempts(0);
		assertThat(this.queue.drainOne()).isTrue();
		assertThat(this.queue.drainOne()).isFalse();
		assertThat(this.ran).containsExactly("one", "two");
	}

	@Test
	void delayedMessageRunsOnceTheClockIsThere() {
		register("mail");
		this.queue.operations().enqueue(NewMessage.to("mail").payload("later").delay(Duration.ofDays(3)));
		assertThat(this.queue.drain()).isZero();
		this.queue.advance(Duration.ofDays(3).minusMillis(1));
		assertThat(this.queue.drain()).isZero();
		assertThat(this.queue).message("mail").isScheduled();
		this.queue.advance(Duration.ofMillis(1));
		assertThat(this.queue).message("mail").hasState(MessageState.READY);
		assertThat(this.queue.drain()).isOne();
	}

	@Test
	void retriesComeWhenTheClockIsThere() {
		List<Instant> times = new ArrayList<>();
		this.queue.tasks().register(TaskDefinition.builder("mail", Void.class, (payload, context) -> {
			times.add(this.queue.clock().instant());
			throw new IllegalStateException("no server");
		}).retryPolicy(new RetryPolicy(2, Duration.ofMinutes(1), 10, Duration.ofHours(1), 0)).build());
		Instant start = this.queue.clock().instant();
		this.queue.operations().enqueue("mail", null);
		assertThat(this.queue.drain()).isOne();
		assertThat(this.queue).message("mail")
			.isScheduled()
			.hasAttempts(1)
			.hasFailedWith(IllegalStateException.class)
			.hasFailedWith("no server");
		assertThat(this.queue.drainAll()).isEqualTo(2);
		assertThat(this.queue).message("mail").isDead().hasAttempts(3);
		assertThat(times).containsExactly(start, start.plus(Duration.ofMinutes(1)), start.plus(Duration.ofMinutes(11)));
	}

	@Test
	void messageExpiresWhenTheClockIsThere() {
		this.queue.operations().enqueue(NewMessage.to("mail").timeToLive(Duration.ofHours(1)));
		this.queue.advance(Duration.ofHours(1));
		assertThat(this.queue).message("mail").hasState(MessageState.EXPIRED);
	}

	@Test
	void pauseEndsWhenTheClockIsThere() {
		register("mail");
		this.queue.operations().pause("default", this.queue.clock().instant().plusSeconds(60));
		this.queue.operations().enqueue("mail", "ada");
		assertThat(this.queue.drain()).isZero();
		this.queue.advance(Duration.ofSeconds(60));
		assertThat(this.queue.drain()).isOne();
	}

	@Test
	void schedulesFireEachAtItsTime() {
		register("tick");
		this.queue.schedules()
			.create(Schedule.of("ticks", NewMessage.to("tick").payload("t")).every(Duration.ofMinutes(10)));
		int runs = 0;
		for (int i = 0; i < 6; i++) {
			this.queue.advance(Duration.ofMinutes(10));
			runs += this.queue.drain();
		}
		assertThat(runs).isEqualTo(6);
	}

	@Test
	void messageOfARateWaitsForTheClock() {
		this.queue.tasks()
			.register(TaskDefinition.builder("api", Void.class, (payload, context) -> null)
				.rateLimit(RateLimit.of("1/1m"))
				.build());
		for (int i = 0; i < 3; i++) {
			this.queue.operations().enqueue("api", null);
		}
		assertThat(this.queue.drain()).isOne();
		this.queue.advance(Duration.ofMinutes(1));
		assertThat(this.queue.drain()).isOne();
		assertThat(this.queue).hasCount(MessageState.COMPLETED, 2).hasCount(MessageState.READY, 1);
	}

	@Test
	void messagesThatAreHeldStay() {
		this.queue.tasks().register("order", Integer.class, (payload, context) -> {
			if (context.attempt() == 1) {
				throw new IllegalStateException("once");
			}
			this.ran.add("" + payload);
			return null;
		});
		for (int i = 0; i < 3; i++) {
			this.queue.operations().enqueue(NewMessage.to("order").payload(i).orderingKey("a"));
		}
		assertThat(this.queue.drain()).isOne();
		assertThat(this.queue).hasCount(MessageState.SCHEDULED, 1).hasCount(MessageState.READY, 2);
		this.queue.drainAll();
		assertThat(this.ran).containsExactly("0", "1", "2");
	}

	@Test
	void chainsAndGroupsRunToTheirEnd() {
		register("step");
		this.queue.operations().enqueue(NewMessage.to("step").payload("a").then(NewMessage.to("step").payload("b")));
		MessageId group = this.queue.operations()
			.enqueueGroup(NewGroup.of(List.of(NewMessage.to("step").payload("c"), NewMessage.to("step").payload("d")))
				.then(NewMessage.to("step").payload("end")));
		this.queue.drain();
		assertThat(this.ran).contains("a", "b", "c", "d").endsWith("end");
		assertThat(this.queue).message(group).isCompleted();
	}

	@Test
	void messageWithoutHandlerStays() {
		this.queue.operations().enqueue("nobody", null);
		assertThat(this.queue.drain()).isZero();
		assertThat(this.queue).message("nobody").hasState(MessageState.READY);
	}

	@Test
	void listenersAreToldInADrain() {
		List<String> told = new ArrayList<>();
		this.queue.queue()
			.listeners()
			.register(new ListenerDefinition("import", List.of("import.*"), Integer.class, false,
					(change) -> told.add(change.key() + "=" + change.newValue())));
		this.queue.listen().put("import.1", 7);
		assertThat(told).isEmpty();
		this.queue.drain();
		assertThat(told).containsExactly("import.1=7");
	}

	@Test
	void handlerOnAnExecutorOfItsOwnIsWaitedFor() {
		try (CloseableExecutor executor = new CloseableExecutor()) {
			CountDownLatch going = new CountDownLatch(1);
			this.queue.tasks().register(TaskDefinition.builder("mail", Void.class, (payload, context) -> {
				going.await(10, TimeUnit.SECONDS);
				return Thread.currentThread().getName();
			}).executor(executor.service).build());
			this.queue.operations().enqueue("mail", null);
			new Thread(going::countDown).start();
			assertThat(this.queue.drain()).isOne();
			assertThat(this.queue).message("mail").isCompleted();
		}
	}

	@Test
	void drainWhenItDoesNotEndSaysWhatIsLeft() {
		this.queue.tasks().register("again", Void.class, (payload, context) -> {
			context.enqueue(NewMessage.to("again"));
			return null;
		});
		this.queue.operations().enqueue("again", null);
		this.queue.operations().enqueue("nobody", null);
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> this.queue.drain(Duration.ofMillis(300)))
			.withMessageContaining("not drained within PT0.3S")
			.withMessageContaining("of task 'again' in queue 'default'");
	}

	@Test
	void drainAllWhenDelayedAnewForEverSaysSo() {
		TaskDefinition<Void> task = TaskDefinition.builder("again", Void.class, (payload, context) -> {
			context.enqueue(NewMessage.to("again").delay(Duration.ofMinutes(1)));
			return null;
		}).build();
		this.queue.tasks().register(task);
		this.queue.operations().enqueue("again", null);
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> this.queue.drainAll(Duration.ofSeconds(5)))
			.withMessageContaining("delayed anew for ever");
	}

	@Test
	void handlerThatDrainsIsRefused() {
		this.queue.tasks().register("mail", Void.class, (payload, context) -> this.queue.drain());
		this.queue.operations().enqueue(NewMessage.to("mail").maxRetries(0));
		this.queue.drain();
		assertThat(this.queue).message("mail").isDead().hasFailedWith("what it enqueued runs behind it");
	}

	@Test
	void threadsThatDrainTakeTurns() throws Exception {
		Set<String> done = new ConcurrentSkipListSet<>();
		AtomicInteger running = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		this.queue.tasks().register("mail", String.class, (payload, context) -> {
			most.accumulateAndGet(running.incrementAndGet(), Math::max);
			done.add(payload);
			running.decrementAndGet();
			return null;
		});
		Thread[] threads = new Thread[4];
		AtomicInteger failed = new AtomicInteger();
		for (int i = 0; i < threads.length; i++) {
			String name = "t" + i + "-";
			threads[i] = new Thread(() -> {
				for (int n = 0; n < 10; n++) {
					this.queue.operations().enqueue("mail", name + n);
					this.queue.drain();
					if (!done.contains(name + n)) {
						failed.incrementAndGet();
					}
				}
			});
			threads[i].start();
		}
		for (Thread thread : threads) {
			thread.join();
		}
		assertThat(failed).hasValue(0);
		assertThat(most).hasValue(1);
		assertThat(done).hasSize(40);
	}

	@Test
	void clockIsNotMovedBack() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.queue.advance(Duration.ofSeconds(-1)))
			.withMessage("'duration' must not be negative, was PT-1S");
		Instant now = this.queue.clock().instant();
		assertThatIllegalArgumentException().isThrownBy(() -> this.queue.advanceTo(now.minusSeconds(1)))
			.withMessageContaining("'instant' must not be before " + now);
	}

	@Test
	void resetLeavesNothing() {
		this.queue.operations().enqueue("mail", null);
		this.queue.operations().enqueue(NewMessage.to("mail").delay(Duration.ofDays(1)));
		this.queue.operations().pause("default");
		this.queue.operations().pauseTask("mail");
		this.queue.operations().pauseKey("acme");
		this.queue.reset();
		assertThat(this.queue).hasEnqueuedNothing();
		assertThat(this.queue.operations().stats().pauses()).isEmpty();
	}

	@Test
	void filesAreDeletedWithTheQueue() {
		Path directory;
		try (TestQueue other = TestQueue.create()) {
			directory = other.queue().directory();
			assertThat(directory).exists().isNotEqualTo(this.queue.queue().directory());
		}
		assertThat(directory).doesNotExist();
	}

	@Test
	void inBackgroundHandlersRunByThemselves() {
		try (TestQueue other = TestQueue.create(RunMode.BACKGROUND,
				(builder) -> builder.retry(new RetryPolicy(3, Duration.ofMillis(1), 1, Duration.ofMillis(1), 0)))) {
			other.tasks().register("mail", String.class, (payload, context) -> {
				if (context.attempt() == 1) {
					throw new IllegalStateException("once");
				}
				// Whichever of them it is.
				return Thread.currentThread().getName().replaceAll("[0-9]+$", "n");
			});
			other.operations().enqueue("mail", "ada");
			other.drain();
			assertThat(other).message("mail").isCompleted().hasAttempts(2).hasResult("queue-default-n");
			assertThatIllegalStateException().isThrownBy(other::clock).withMessageContaining("cannot be moved");
			assertThatIllegalStateException().isThrownBy(other::drainOne);
		}
	}

	private static final class CloseableExecutor implements AutoCloseable {

		final ExecutorService service = Executors.newSingleThreadExecutor();

		@Override
		public void close() {
			this.service.shutdownNow();
		}

	}

}
