package io.github.queuesqlite.store;

import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

import io.github.queuesqlite.message.QueueException;
import org.jspecify.annotations.Nullable;

/**
 * Lets one thread wait for a command: the thread that creates it.
 *
 * @param <R> what the command gives back
 */
public final class BlockingCompletion<R> implements Completion<R> {

	private final Thread waiter = Thread.currentThread();

	private @Nullable R result;

	private @Nullable QueueException failure;

	private final boolean alone;

	private volatile boolean done;

	/** Creates a completion of one of several commands. */
	public BlockingCompletion() {
		this(false);
	}

	private BlockingCompletion(boolean alone) {
		this.alone = alone;
	}

	/**
	 * Creates a completion of the only command that its thread waits for next.
	 * @return which lets the thread commit it itself
	 */
	public static <R> BlockingCompletion<R> ofOne() {
		return new BlockingCompletion<>(true);
	}

	@Override
	public boolean isAwaited() {
		return this.alone && Thread.currentThread() == this.waiter;
	}

	@Override
	public void succeeded(R result) {
		this.result = result;
		finish();
	}

	@Override
	public void failed(QueueException failure) {
		this.failure = failure;
		finish();
	}

	private void finish() {
		this.done = true;
		LockSupport.unpark(this.waiter);
	}

	/**
	 * Waits.
	 * @param interrupted what to throw when the thread is interrupted; the flag is kept
	 * @return what the command gave back
	 * @throws QueueException what the command failed with
	 */
	@SuppressWarnings("NullAway") // result is null only where R is nullable
	public R await(Supplier<QueueException> interrupted) {
		while (!this.done) {
			LockSupport.park(this);
			if (!this.done && Thread.currentThread().isInterrupted()) {
				throw interrupted.get();
			}
		}
		if (this.failure != null) {
			throw rethrowable(this.failure);
		}
		return this.result;
	}

	/** The stack of the failure is the writer's; the caller's is added to it. */
	private static QueueException rethrowable(QueueException failure) {
		failure.addSuppressed(new CalledFrom());
		return failure;
	}

	/** Shows where the waiting call came from. */
	static final class CalledFrom extends RuntimeException {

		private static final long serialVersionUID = 1L;

		CalledFrom() {
			super("Called from");
		}

	}

}
