package io.github.queuesqlite.test;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.task.TaskInterceptor;
import io.github.queuesqlite.task.TaskInvocation;
import org.jspecify.annotations.Nullable;

/**
 * Runs handlers on the thread that asks for it: the workers of the queue hand them over,
 * and are held while nobody asks.
 * <p>
 * <b>Threads:</b> safe for use by several threads, which take turns.
 */
final class Drainer implements Executor, TaskInterceptor {

	private static final long LOOK_MILLIS = 1;

	/**
	 * How long messages have to wait for a rate before they count as waiting for time.
	 */
	private static final long RATE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

	private final ReentrantLock lock = new ReentrantLock();

	private final BlockingQueue<Runnable> handed = new LinkedBlockingQueue<>();

	private final AtomicInteger runs = new AtomicInteger();

	private final ThreadLocal<Boolean> handling = ThreadLocal.withInitial(() -> false);

	private volatile boolean draining;

	/** Makes it what runs the handlers of a queue. */
	void applyTo(EmbeddedQueue.Builder builder) {
		builder.executor(this).interceptor(this).concurrency(1);
	}

	@Override
	public void execute(Runnable call) {
		if (!this.draining) {
			throw new RejectedExecutionException(
					"Handlers run while TestQueue.drain() does: do not start the workers, or use RunMode.BACKGROUND");
		}
		this.handed.add(call);
	}

	@Override
	public @Nullable Object intercept(TaskInvocation invocation) throws Exception {
		this.runs.incrementAndGet();
		this.handling.set(true);
		try {
			return invocation.proceed();
		}
		finally {
			this.handling.remove();
		}
	}

	/** Whether the current thread is in a handler. */
	boolean isHandling() {
		return this.handling.get();
	}

	/**
	 * Runs what can run now, and what comes of it.
	 * @param queue the queue
	 * @param most how many calls of handlers at most
	 * @param timeout how long at most
	 * @return how many there were
	 */
	int drain(EmbeddedQueue queue, int most, Duration timeout) {
		if (isHandling()) {
			throw new IllegalStateException("A handler cannot drain its queue: what it enqueued runs behind it");
		}
		this.lock.lock();
		try {
			queue.catchUp();
			if (queue.isIdle() && queue.listeners().listeners().isEmpty()) {
				return 0;
			}
			return work(queue, most, System.nanoTime() + timeout.toNanos(), timeout);
		}
		finally {
			this.lock.unlock();
		}
	}

	private int work(EmbeddedQueue queue, int most, long deadline, Duration timeout) {
		int before = this.runs.get();
		if (!queue.isRunning()) {
			queue.hold();
			queue.start();
		}
		this.draining = true;
		try {
			queue.letGo();
			long quietSince = System.nanoTime();
			while (this.runs.get() - before < most) {
				Runnable call = poll();
				if (call != null) {
					call.run();
					quietSince = System.nanoTime();
				}
				else if (queue.isIdle() || waitsForRate(queue, quietSince)) {
					break;
				}
				else if (System.nanoTime() - deadline >= 0) {
					throw new AssertionError("The queue was not drained within " + timeout + ". Left are "
							+ left(queue.operations().stats()));
				}
			}
			return this.runs.get() - before;
		}
		finally {
			queue.hold();
			this.draining = false;
			this.handed.clear();
		}
	}

	private @Nullable Runnable poll() {
		try {
			return this.handed.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new QueueException("Interrupted while draining", null, ex);
		}
	}

	/** With a clock that stands still no token comes. */
	private static boolean waitsForRate(EmbeddedQueue queue, long quietSince) {
		if (System.nanoTime() - quietSince < RATE_NANOS) {
			return false;
		}
		QueueStats stats = queue.operations().stats();
		return stats.count(MessageState.RUNNING) == 0
				&& stats.limits().stream().anyMatch((limit) -> limit.period() != null);
	}

	private static String left(QueueStats stats) {
		String left = stats.counts()
			.stream()
			.filter((count) -> !count.state().isEnded())
			.map((count) -> count.messages() + " " + count.state() + " of task '" + count.task() + "' in queue '"
					+ count.queue() + "'")
			.collect(Collectors.joining(", "));
		return left.isEmpty() ? "changes of listen data" : left;
	}

}
