package io.github.queuesqlite;

import io.github.queuesqlite.message.QueueException;

/**
 * Waits for the end of one message. One of its methods is called, again when memory ran
 * out between, on any thread, writer threads included: must be quick, must not block,
 * throw, or run user code.
 */
interface Waiter {

	/**
	 * The message ended.
	 * @param ending how
	 */
	void ended(Ending ending);

	/**
	 * Nobody will see the message end.
	 * @param failure why
	 */
	void failed(QueueException failure);

	/**
	 * Returns whether nobody wants to know any more.
	 * @return true once the waiter may be forgotten untold
	 */
	default boolean isObsolete() {
		return false;
	}

}
