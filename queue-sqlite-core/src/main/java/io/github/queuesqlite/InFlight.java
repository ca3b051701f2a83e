package io.github.queuesqlite;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts what is on its way into the store, so that somebody can wait for all that began
 * before, whatever begins meanwhile: new entries go to the other of two counters, and the
 * old one empties.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
final class InFlight {

	private static final long LOOK_NANOS = 100_000;

	/** Far apart, so that two counters do not share a cache line. */
	private static final int SPREAD = 16;

	private final AtomicLongArray counters = new AtomicLongArray(2 * SPREAD);

	private final AtomicLong entered = new AtomicLong();

	/** Held by the one who waits; the others wait for it no longer than they may. */
	private final ReentrantLock waiting = new ReentrantLock();

	private volatile int phase;

	/**
	 * Begins something.
	 * @return what to give to {@link #exit(int)}
	 */
	int enter() {
		int phase = this.phase;
		this.entered.incrementAndGet();
		this.counters.incrementAndGet(phase * SPREAD);
		return phase;
	}

	/**
	 * Returns how much began, to see whether anything did.
	 * @return rises
	 */
	long entered() {
		return this.entered.get();
	}

	/**
	 * Returns whether nothing is on its way.
	 * @return true at some moment during the call
	 */
	boolean isIdle() {
		return this.counters.get(0) == 0 && this.counters.get(SPREAD) == 0;
	}

	/**
	 * Ends something.
	 * @param phase what {@link #enter()} returned
	 */
	void exit(int phase) {
		this.counters.decrementAndGet(phase * SPREAD);
	}

	/**
	 * Waits until all that began before has ended.
	 * @param deadline {@link System#nanoTime()} at which to give up
	 * @return false when time was up or the thread was interrupted before
	 */
	boolean await(long deadline) {
		if (!acquire(deadline)) {
			return false;
		}
		try {
			// Twice: somebody may have read the phase and count itself only after a flip.
			boolean first = flip(deadline);
			boolean second = first && flip(deadline);
			return second;
		}
		finally {
			this.waiting.unlock();
		}
	}

	private boolean acquire(long deadline) {
		try {
			return this.waiting.tryLock() || this.waiting.tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	private boolean flip(long deadline) {
		int old = this.phase;
		this.phase = 1 - old;
		while (this.counters.get(old * SPREAD) != 0) {
			if (System.nanoTime() - deadline >= 0 || Thread.currentThread().isInterrupted()) {
				return false;
			}
			LockSupport.parkNanos(this, LOOK_NANOS);
		}
		return true;
	}

}
