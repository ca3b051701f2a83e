package io.github.queuesqlite;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what users hang on the end of a message: dependents of futures and callbacks. They
 * may block for ever and delay neither commits nor each other.
 * <p>
 * Writer threads put work into one queue that one drainer empties; the first work of a
 * batch wakes it, the rest costs no wake-up. When work waits and the drainers get nowhere
 * for a few milliseconds, a watch thread adds drainers, twice as many each time; extra
 * ones end when they have been idle for a while.
 * <p>
 * <b>Threads:</b> {@link #execute} never blocks and may be called by any thread. All
 * threads are daemons, the first one starts with the first work.
 */
final class CompletionExecutor implements Executor {

	private static final Logger logger = LoggerFactory.getLogger(CompletionExecutor.class);

	private static final long WATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(3);

	private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);

	/** With fewer than these ended between two looks, what runs is slow or stuck. */
	private static final int SLOW = 4;

	private static final int MOST_ADDED_AT_ONCE = 64;

	private final String name;

	private final long idleNanos;

	private final @Nullable ClassLoader classLoader = Thread.currentThread().getContextClassLoader();

	private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();

	/** Drainers that are awake. */
	private final AtomicInteger awake = new AtomicInteger();

	private final AtomicLong ended = new AtomicLong();

	private final AtomicBoolean watching = new AtomicBoolean();

	/** Guards the fields below; held for a few instructions only. */
	private final Object monitor = new Object();

	private final Deque<Drainer> idle = new ArrayDeque<>();

	private @Nullable Thread watch;

	private int started;

	/** Logged once until a thread can be started again. */
	private volatile boolean failing;

	private volatile boolean closed;

	CompletionExecutor(String name) {
		this(name, IDLE_NANOS);
	}

	/**
	 * Creates an executor.
	 * @param name of its threads
	 * @param idleNanos after how long without work a thread ends
	 */
	CompletionExecutor(String name, long idleNanos) {
		this.name = name;
		this.idleNanos = idleNanos;
	}

	@Override
	public void execute(Runnable work) {
		this.queue.add(work);
		if (this.awake.get() == 0) {
			if (this.awake.compareAndSet(0, 1)) {
				wakeDrainer();
			}
		}
		else if (!this.watching.get() && this.watching.compareAndSet(false, true)) {
			wakeWatch();
		}
	}

	/**
	 * Lets threads end once nothing is left to run, and waits a moment for that.
	 * @param millis how long at most; 0 on one of our own threads
	 */
	void close(long millis) {
		this.closed = true;
		if (!(Thread.currentThread() instanceof Drainer)) {
			awaitIdle(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis));
		}
		synchronized (this.monitor) {
			this.idle.forEach(LockSupport::unpark);
			if (this.watch != null) {
				LockSupport.unpark(this.watch);
			}
		}
	}

	private void awaitIdle(long until) {
		while (!(this.queue.isEmpty() && this.awake.get() == 0) && System.nanoTime() < until
				&& !Thread.currentThread().isInterrupted()) {
			LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(1));
		}
	}

	/** The caller has counted one more drainer as awake. */
	private void wakeDrainer() {
		synchronized (this.monitor) {
			Drainer drainer = this.idle.poll();
			if (drainer != null) {
				drainer.called = true;
				LockSupport.unpark(drainer);
				return;
			}
		}
		start();
	}

	private void start() {
		try {
			Drainer drainer;
			synchronized (this.monitor) {
				drainer = new Drainer(this.name + "-" + (++this.started));
			}
			drainer.start();
			this.failing = false;
		}
		catch (Throwable ex) {
			this.awake.decrementAndGet();
			if (this.watching.compareAndSet(false, true)) {
				wakeWatch();
			}
			if (!this.failing) {
				this.failing = true;
				logger.error("Cannot start a thread for callbacks and dependents of futures ({}): {} wait", this.name,
						this.queue.size(), ex);
			}
		}
	}

	private void wakeWatch() {
		synchronized (this.monitor) {
			if (this.watch == null) {
				startWatch();
			}
			else {
				LockSupport.unpark(this.watch);
			}
		}
	}

	private void startWatch() {
		boolean started = false;
		try {
			Thread thread = new Thread(this::watch, this.name + "-watch");
			thread.setDaemon(true);
			thread.start();
			this.watch = thread;
			started = true;
		}
		finally {
			if (!started) {
				// The next work tries again.
				this.watching.set(false);
			}
		}
	}

	private void watch() {
		int add = 1;
		while (true) {
			long before = this.ended.get();
			LockSupport.parkNanos(this, WATCH_NANOS);
			if (this.queue.isEmpty()) {
				add = 1;
				if (!rest()) {
					return;
				}
			}
			else if (this.ended.get() - before < SLOW) {
				for (int i = 0; i < add; i++) {
					this.awake.incrementAndGet();
					wakeDrainer();
				}
				add = Math.min(add * 2, MOST_ADDED_AT_ONCE);
			}
			else {
				add = 1;
			}
		}
	}

	/** Returns false when the watch thread should end. */
	private boolean rest() {
		this.watching.set(false);
		// Work that came after the last look saw a watch that was awake.
		if (!this.queue.isEmpty()) {
			this.watching.set(true);
			return true;
		}
		while (!this.watching.get()) {
			synchronized (this.monitor) {
				if (this.closed && !this.watching.get()) {
					this.watch = null;
					return false;
				}
			}
			LockSupport.park(this);
		}
		return true;
	}

	private void drain() {
		Runnable work;
		while ((work = this.queue.poll()) != null) {
			try {
				work.run();
			}
			catch (Throwable ex) {
				noteFailure(ex);
			}
			this.ended.incrementAndGet();
			// What one piece of user code left behind is not for the next one.
			Thread.interrupted();
		}
	}

	private static void noteFailure(Throwable ex) {
		try {
			logger.error("A callback failed on thread '{}'", Thread.currentThread().getName(), ex);
		}
		catch (Throwable again) {
			// Not even memory to say so: the others must still run.
			Thread.onSpinWait();
		}
	}

	/** Runs work until there is none, then waits for more. */
	private final class Drainer extends Thread {

		/** Guarded by the monitor. */
		private boolean called = true;

		Drainer(String name) {
			super(name);
			setDaemon(true);
			setContextClassLoader(CompletionExecutor.this.classLoader);
		}

		@Override
		public void run() {
			CompletionExecutor executor = CompletionExecutor.this;
			while (true) {
				drain();
				executor.awake.decrementAndGet();
				// Work that came after the last look saw a drainer that was awake.
				if (!executor.queue.isEmpty() && executor.awake.compareAndSet(0, 1)) {
					continue;
				}
				if (!awaitCall()) {
					return;
				}
			}
		}

		private boolean awaitCall() {
			CompletionExecutor executor = CompletionExecutor.this;
			synchronized (executor.monitor) {
				this.called = false;
				executor.idle.push(this);
			}
			long until = System.nanoTime() + executor.idleNanos;
			while (true) {
				synchronized (executor.monitor) {
					if (this.called) {
						return true;
					}
					// Also before the first wait: a close that came just before called
					// nobody.
					if (executor.closed || System.nanoTime() - until >= 0) {
						executor.idle.remove(this);
						return false;
					}
				}
				LockSupport.parkNanos(executor, until - System.nanoTime());
			}
		}

	}

}
