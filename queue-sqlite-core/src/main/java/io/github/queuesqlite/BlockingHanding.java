package io.github.queuesqlite;

import java.util.concurrent.locks.LockSupport;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.QueueException;
import org.jspecify.annotations.Nullable;

/** Lets the thread that creates it wait for its message to be stored. */
final class BlockingHanding extends Handing {

	private final Thread thread = Thread.currentThread();

	private @Nullable MessageId stored;

	private @Nullable QueueException failure;

	private volatile boolean done;

	BlockingHanding(StoreAccess access, Draft draft) {
		super(access, draft);
	}

	@Override
	boolean forgetsWaiterWhenFull() {
		return true;
	}

	@Override
	public boolean isAwaited() {
		return Thread.currentThread() == this.thread;
	}

	@Override
	void stored(MessageId id) {
		this.stored = id;
		finish();
	}

	@Override
	void notStored(QueueException failure) {
		this.failure = failure;
		finish();
	}

	private void finish() {
		this.done = true;
		LockSupport.unpark(this.thread);
	}

	/**
	 * Waits for the commit.
	 * @return the id of the message that is stored
	 * @throws QueueException if it is not stored, or nobody knows
	 */
	MessageId await() {
		while (!this.done) {
			LockSupport.park(this);
			if (!this.done && Thread.currentThread().isInterrupted()) {
				throw interrupted();
			}
		}
		QueueException failure = this.failure;
		if (failure != null) {
			// The stack should show who asked; what went wrong below is the cause.
			failure.fillInStackTrace();
			throw failure;
		}
		MessageId id = this.stored;
		return (id != null) ? id : messageId();
	}

	private QueueException interrupted() {
		Waiters waiters = access().waiters();
		waiters.handingIn(messageId().value());
		if (this.done) {
			waiters.handedIn(messageId().value(), 0);
		}
		return new QueueException("Interrupted while waiting for the commit of message " + messageId()
				+ ": the outcome is unknown, look for it with find", messageId(), null);
	}

}
