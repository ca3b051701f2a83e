package io.github.queuesqlite;

import java.util.concurrent.locks.LockSupport;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.QueueTimeoutException;
import org.jspecify.annotations.Nullable;

/** Lets the thread that creates it wait for the end of a message. */
final class BlockingWaiter implements Waiter {

	private final Thread thread = Thread.currentThread();

	private @Nullable Ending ending;

	private @Nullable QueueException failure;

	private volatile boolean done;

	@Override
	public void ended(Ending ending) {
		this.ending = ending;
		finish();
	}

	@Override
	public void failed(QueueException failure) {
		this.failure = failure;
		finish();
	}

	private void finish() {
		this.done = true;
		LockSupport.unpark(this.thread);
	}

	boolean isDone() {
		return this.done;
	}

	/**
	 * Waits.
	 * @param id the message
	 * @param deadline {@link System#nanoTime()} at which to give up
	 * @return how it ended
	 * @throws QueueTimeoutException if it has not ended in time
	 * @throws QueueException if nobody will see it end, or the thread is interrupted
	 */
	Ending await(MessageId id, long deadline) {
		while (!this.done) {
			long left = deadline - System.nanoTime();
			if (left <= 0) {
				throw new QueueTimeoutException("Message " + id + " has not ended in the time given", id);
			}
			if (Thread.currentThread().isInterrupted()) {
				throw new QueueException("Interrupted while waiting for the end of message " + id, id, null);
			}
			LockSupport.parkNanos(this, left);
		}
		Ending ending = this.ending;
		if (ending != null) {
			return ending;
		}
		QueueException failure = this.failure;
		throw (failure != null) ? failure : Waiters.removedException(id.value());
	}

}
