package io.github.queuesqlite.store;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.message.QueueException;

/**
 * Keeps a file as it is: its writer waits inside a transaction, and so nobody commits, in
 * any process. For a moment only; whoever asked for it may itself stand still.
 */
final class StandStill {

	private static final long BEGIN_SECONDS = 5;

	private static final long MOST_SECONDS = 2;

	private final CountDownLatch begun = new CountDownLatch(1);

	private final CountDownLatch ended = new CountDownLatch(1);

	/** Whether it was given up before its end. */
	private volatile boolean broken;

	/** Waits in the transaction. Returns at once when it is over. */
	boolean hold(Session session) {
		this.begun.countDown();
		long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(MOST_SECONDS);
		boolean interrupted = false;
		try {
			while (this.ended.getCount() > 0) {
				long left = deadline - System.nanoTime();
				if (left <= 0) {
					this.broken = true;
					return false;
				}
				try {
					this.ended.await(left, TimeUnit.NANOSECONDS);
				}
				catch (InterruptedException ex) {
					// Some caller's thread, in the place of the writer.
					interrupted = true;
				}
			}
			return true;
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/**
	 * Returns whether it has begun; false when the writer has failed, or takes too long.
	 */
	boolean awaitBegin(CompletableFuture<?> failure) {
		long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(BEGIN_SECONDS);
		try {
			while (!this.begun.await(5, TimeUnit.MILLISECONDS)) {
				if (failure.isDone() || System.nanoTime() - deadline > 0) {
					return false;
				}
			}
			return true;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new QueueException("Interrupted while a backup begins", ex);
		}
	}

	boolean isHeld() {
		return !this.broken;
	}

	void end() {
		this.ended.countDown();
	}

}
