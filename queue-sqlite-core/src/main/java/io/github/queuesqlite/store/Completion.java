package io.github.queuesqlite.store;

import io.github.queuesqlite.message.QueueException;

/**
 * Is told how a command ended, after its commit.
 * <p>
 * <b>Threads:</b> called once, usually on a shard's writer thread: must be quick, must
 * not block, throw, or run user code.
 *
 * @param <R> what the command gives back
 */
public interface Completion<R> {

	/**
	 * The command is committed.
	 * @param result what it gave back
	 */
	void succeeded(R result);

	/**
	 * The command is not committed, or nobody knows.
	 * @param failure why
	 */
	void failed(QueueException failure);

	/**
	 * Returns whether the current thread, which hands the command in, will do nothing but
	 * wait for it: it may as well do the writing.
	 * @return false where it has other commands to hand in, or goes on
	 */
	default boolean isAwaited() {
		return false;
	}

}
