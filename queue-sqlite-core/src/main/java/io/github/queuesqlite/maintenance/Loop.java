package io.github.queuesqlite.maintenance;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import io.github.queuesqlite.event.FailureNote;
import io.github.queuesqlite.store.Threads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that does the same thing again and again and survives whatever it throws: the
 * failure is logged once, counted, and shown until a pass succeeds.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
public final class Loop {

	/** Sleep until woken. */
	public static final long UNTIL_WOKEN = Long.MAX_VALUE;

	private static final Logger logger = LoggerFactory.getLogger(Loop.class);

	private static final long RETRY_NANOS = Duration.ofMillis(100).toNanos();

	private final String name;

	private final boolean daemon;

	private final Pass pass;

	private final AtomicLong failures = new AtomicLong();

	private final FailureNote failure;

	private volatile boolean woken;

	private volatile @Nullable Thread thread;

	/**
	 * Creates a loop; it runs once started.
	 * @param name of its thread
	 * @param daemon whether the JVM may end while it runs
	 * @param pass what it does
	 */
	public Loop(String name, boolean daemon, Pass pass) {
		this.name = name;
		this.daemon = daemon;
		this.pass = pass;
		this.failure = new FailureNote(logger, "'{}' failed and is tried again every {} ms", name,
				RETRY_NANOS / 1_000_000);
	}

	/** Starts the thread. No effect while it runs. */
	public synchronized void start() {
		if (this.thread == null) {
			Thread thread = new Thread(this::run, this.name);
			thread.setDaemon(this.daemon);
			this.thread = thread;
			thread.start();
		}
	}

	/** Ends the thread and waits for the end of its current pass. Idempotent. */
	public synchronized void stop() {
		Thread thread = this.thread;
		this.thread = null;
		if (thread == null || thread == Thread.currentThread()) {
			return;
		}
		LockSupport.unpark(thread);
		Threads.awaitEnd(thread);
	}

	/** Starts the next pass now. */
	public void wake() {
		if (!this.woken) {
			this.woken = true;
			LockSupport.unpark(this.thread);
		}
	}

	/**
	 * Returns the name of its thread.
	 * @return the name
	 */
	public String name() {
		return this.name;
	}

	/**
	 * Returns why the latest pass failed.
	 * @return empty when it did not
	 */
	public String failure() {
		return this.failure.text();
	}

	/**
	 * Returns how many passes have failed.
	 * @return since it was created
	 */
	public long failures() {
		return this.failures.get();
	}

	private void run() {
		while (this.thread == Thread.currentThread()) {
			this.woken = false;
			long nanos = pass();
			if (!this.woken && this.thread == Thread.currentThread()) {
				sleep(nanos);
			}
		}
	}

	private long pass() {
		try {
			long nanos = this.pass.run();
			if (this.failure.clear()) {
				logger.info("'{}' works again", this.name);
			}
			return nanos;
		}
		catch (Throwable ex) {
			this.failures.incrementAndGet();
			this.failure.note(ex);
			return RETRY_NANOS;
		}
	}

	private void sleep(long nanos) {
		if (nanos == UNTIL_WOKEN) {
			LockSupport.park(this);
		}
		else {
			LockSupport.parkNanos(this, nanos);
		}
		// Nobody may interrupt it; a flag left set would turn every park into a busy
		// loop.
		Thread.interrupted();
	}

	/** One pass. */
	@FunctionalInterface
	public interface Pass {

		/**
		 * Does what there is to do.
		 * @return nanoseconds to the next pass, or {@link #UNTIL_WOKEN}
		 * @throws Exception to be logged, counted and tried again
		 */
		long run() throws Exception;

	}

}
