package io.github.queuesqlite.reliability.hostile;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.reliability.hostile.HostileTypes.Death;
import io.github.queuesqlite.reliability.hostile.HostileTypes.EndlessException;
import io.github.queuesqlite.reliability.hostile.HostileTypes.EndlessResult;
import io.github.queuesqlite.reliability.hostile.HostileTypes.EndlessWrapper;
import io.github.queuesqlite.reliability.hostile.HostileTypes.FatalPayload;
import io.github.queuesqlite.reliability.hostile.HostileTypes.FatalResult;
import io.github.queuesqlite.reliability.hostile.HostileTypes.Sneaky;
import io.github.queuesqlite.reliability.hostile.HostileTypes.SpeechlessException;
import io.github.queuesqlite.reliability.hostile.HostileTypes.SpeechlessResult;
import io.github.queuesqlite.reliability.hostile.HostileTypes.StuckPayload;
import io.github.queuesqlite.reliability.hostile.HostileTypes.StuckResult;
import io.github.queuesqlite.reliability.hostile.HostileTypes.ThrowingResult;
import io.github.queuesqlite.reliability.hostile.HostileTypes.Unloadable;
import org.jspecify.annotations.Nullable;

import static io.github.queuesqlite.reliability.hostile.HostileTask.task;

/** What is tried in one process, one after the other, beside calm work. */
final class HostileTasks {

	/** A lane whose handlers wait for messages of the same lane. */
	static final String NARROW = "narrow";

	static final int NARROW_PLACES = 2;

	/** Handlers that keep their places for ever, in {@code default}. */
	static final int STUCK_PLACES = 6;

	private static final String INNER = "inner";

	private static final int THREADS = 1000;

	private static final int LARGE = 10 * 1024 * 1024;

	private final QueueOperations operations;

	HostileTasks(QueueOperations operations) {
		this.operations = operations;
	}

	/** Other hostile handlers that wait would not get as far as they should. */
	static HostileTask interruptsEverybody() {
		Thread main = Thread.currentThread();
		return task("interrupts-everybody", (nothing, context) -> {
			for (Thread thread : Thread.getAllStackTraces().keySet()) {
				if (thread != main) {
					thread.interrupt();
				}
			}
			return null;
		}).messages(10).completes();
	}

	List<HostileTask> all() {
		List<HostileTask> tasks = new ArrayList<>();
		tasks.addAll(errors());
		tasks.addAll(exceptions());
		tasks.addAll(interrupts());
		tasks.addAll(results());
		tasks.addAll(blocking());
		tasks.addAll(stuck());
		return tasks;
	}

	private static List<HostileTask> errors() {
		return List.of(task("stack-overflow", (nothing, context) -> recurse(0)).dies("StackOverflowError"),
				task("death", (nothing, context) -> {
					throw new Death();
				}).messages(20).dies("Death"), task("sneaky", (nothing, context) -> {
					HostileTasks.<RuntimeException>sneak(new Sneaky());
					return null;
				}).dies("Sneaky"),
				task("unloadable", (nothing, context) -> Unloadable.VALUE).messages(3)
					.retries(1)
					.dies("NoClassDefFoundError"),
				task("class-gone", (nothing, context) -> Class.forName("gone.Away")).dies("ClassNotFoundException"),
				task("fatal-payload", FatalPayload.class, (payload, context) -> payload.value())
					.payload(new Negative(-1))
					.messages(5)
					.dies("Death"));
	}

	private static int recurse(int depth) {
		return (depth < 0) ? 0 : recurse(depth + 1) + 1;
	}

	@SuppressWarnings({ "unchecked", "TypeParameterUnusedInFormals" })
	private static <E extends Throwable> void sneak(Throwable failure) throws E {
		throw (E) failure;
	}

	private static List<HostileTask> exceptions() {
		return List.of(task("cycle", (nothing, context) -> {
			throw HostileTypes.cycle();
		}).dies("IllegalStateException"), task("cycle-of-wrappers", (nothing, context) -> {
			throw HostileTypes.cycleOfWrappers();
		}).dies("of a circle"), task("endless-causes", (nothing, context) -> {
			throw new EndlessException();
		}).dies("EndlessException"), task("endless-wrappers", (nothing, context) -> {
			throw new EndlessWrapper();
		}).dies("EndlessWrapper"), task("speechless", (nothing, context) -> {
			throw new SpeechlessException();
		}).messages(5).dies("SpeechlessException"), task("speechless-cause", (nothing, context) -> {
			throw new ExecutionException("wrapper", new SpeechlessException());
		}).dies("SpeechlessException"), task("huge-message", (nothing, context) -> {
			throw new IllegalStateException("x".repeat(LARGE));
		}).dies("xxxxxxxxxx"), task("broken-text", (nothing, context) -> {
			throw new IllegalStateException("\uD800 half\0zero\r\n2026-01-01 INFO forged line");
		}).dies("half"));
	}

	private static List<HostileTask> interrupts() {
		return List.of(task("interrupts-itself", (nothing, context) -> {
			Thread.currentThread().interrupt();
			return "flag left set";
		}).messages(20).completes(), task("interrupts-itself-and-fails", (nothing, context) -> {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("with the flag set");
		}).messages(5).dies("with the flag set"), task("swallows-interrupts", (nothing, context) -> {
			long until = System.nanoTime() + HostileTask.SHORT.toNanos() * 4;
			while (System.nanoTime() - until < 0) {
				LockSupport.parkNanos(1_000_000);
				Thread.interrupted();
			}
			return "late";
		}).timesOut().dies("Timeout"),
				task("deadlock-of-locks", new DeadlockOfLocks()::handle).messages(2).timesOut().dies("Timeout"));
	}

	private static List<HostileTask> results() {
		return List.of(task("large-result", (nothing, context) -> "r".repeat(LARGE)).dies("payload.max-size"),
				task("large-bytes", (nothing, context) -> new byte[LARGE]).dies("payload.max-size"),
				task("throwing-result", (nothing, context) -> new ThrowingResult()).dies("not today"),
				task("fatal-result", (nothing, context) -> new FatalResult()).messages(5).dies("gone/Away"),
				task("speechless-result", (nothing, context) -> new SpeechlessResult()).messages(5).dies("result"),
				task("endless-result", (nothing, context) -> new EndlessResult()).dies("Cannot write"),
				task("thousand-threads", (nothing, context) -> startThreads()).completes(),
				task("failing-stage", (nothing, context) -> CompletableFuture.failedStage(new Death())).dies("Death"),
				task("stage-of-stage",
						(nothing, context) -> CompletableFuture.completedStage(CompletableFuture.completedStage("x")))
					.dies("Cannot write"));
	}

	private static int startThreads() throws InterruptedException {
		CountDownLatch started = new CountDownLatch(THREADS);
		CountDownLatch release = new CountDownLatch(1);
		for (int i = 0; i < THREADS; i++) {
			Thread thread = new Thread(null, () -> {
				started.countDown();
				HostileTasks.awaitSilently(release);
			}, "hostile-" + i, 64 * 1024);
			thread.setDaemon(true);
			thread.start();
		}
		started.await();
		release.countDown();
		return THREADS;
	}

	private static void awaitSilently(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			// Somebody interrupts everybody here.
			Thread.currentThread().interrupt();
		}
	}

	private List<HostileTask> blocking() {
		NewMessage calm = NewMessage.to(CalmWork.TASK).payload(21);
		return List.of(
				task("submits-and-waits",
						(nothing, context) -> this.operations.submit(calm, Integer.class).get(1, TimeUnit.MINUTES))
					.messages(4)
					.completes(),
				task("enqueues-and-awaits",
						(nothing, context) -> this.operations.await(this.operations.enqueue(calm), Integer.class,
								Duration.ofMinutes(1)))
					.messages(4)
					.completes(),
				task("drains-itself", (nothing, context) -> this.operations.drain(HostileTask.SHORT)).completes(),
				task("awaits-itself",
						(nothing, context) -> this.operations.await(context.id(), Object.class, HostileTask.SHORT))
					.dies("QueueTimeoutException"),
				task("pauses-its-lane", (nothing, context) -> {
					this.operations.pause(NARROW);
					this.operations.resume(NARROW);
					return null;
				}).queue(NARROW).messages(6).completes(),
				task(INNER, (nothing, context) -> "inner").queue(NARROW).completes(),
				task("fills-its-lane", new FilledLane(this.operations)::handle).queue(NARROW)
					.messages(NARROW_PLACES)
					.timesOut()
					.ends(),
				task("deletes-itself", (nothing, context) -> {
					if (this.operations.delete(context.id())) {
						throw new QueueException("A running message was deleted");
					}
					return null;
				}).completes());
	}

	private static List<HostileTask> stuck() {
		return List.of(task("never-returns", (nothing, context) -> {
			HostileTypes.neverReturn();
			return null;
		}).staysStuck().dies("Timeout"),
				task("stuck-payload", StuckPayload.class, (payload, context) -> payload.value())
					.payload(new Negative(-1))
					.staysStuck()
					.dies("Timeout"),
				task("stuck-result", (nothing, context) -> new StuckResult()).staysStuck().dies("Timeout"),
				task("stuck-stage", (nothing, context) -> new Unstoppable()).staysStuck().dies("Timeout"),
				task("deadlock-of-monitors", new DeadlockOfMonitors()::handle).messages(2)
					.staysStuck()
					.dies("Timeout"));
	}

	/** Looks like those payloads, but can be made. */
	record Negative(int value) {

	}

	/** A stage that cannot be cancelled. */
	private static final class Unstoppable extends CompletableFuture<Object> {

		@Override
		public boolean cancel(boolean mayInterruptIfRunning) {
			return false;
		}

	}

	/** Each place of the lane waits for a message that needs one of them. */
	private static final class FilledLane {

		private final QueueOperations operations;

		private final CountDownLatch filled = new CountDownLatch(NARROW_PLACES);

		FilledLane(QueueOperations operations) {
			this.operations = operations;
		}

		Object handle(Void nothing, Object context) throws Exception {
			this.filled.countDown();
			this.filled.await();
			return this.operations.submit(NewMessage.to(INNER), String.class).get(1, TimeUnit.DAYS);
		}

	}

	/** Two handlers that wait for each other and can be interrupted. */
	private static final class DeadlockOfLocks {

		private final ReentrantLock first = new ReentrantLock();

		private final ReentrantLock second = new ReentrantLock();

		private final CountDownLatch both = new CountDownLatch(2);

		Object handle(Void nothing, Object context) throws InterruptedException {
			boolean forward = this.first.tryLock();
			ReentrantLock mine = forward ? this.first : this.second;
			if (!forward) {
				mine.lockInterruptibly();
			}
			try {
				this.both.countDown();
				this.both.await();
				(forward ? this.second : this.first).lockInterruptibly();
				// The other one gave up before this one came.
				return new CountDownLatch(1).await(1, TimeUnit.DAYS);
			}
			finally {
				mine.unlock();
			}
		}

	}

	/** Two handlers that wait for each other and cannot be interrupted. */
	private static final class DeadlockOfMonitors {

		private final Object first = new Object();

		private final Object second = new Object();

		private final AtomicInteger handlers = new AtomicInteger();

		@Nullable Object handle(Void nothing, Object context) {
			boolean forward = this.handlers.incrementAndGet() == 1;
			synchronized (forward ? this.first : this.second) {
				while (this.handlers.get() < 2) {
					LockSupport.parkNanos(1_000_000);
					Thread.interrupted();
				}
				synchronized (forward ? this.second : this.first) {
					return null;
				}
			}
		}

	}

}
