package io.github.queuesqlite.test;

/**
 * When the handlers of a {@link TestQueue} run.
 *
 * @since 0.1.0
 */
public enum RunMode {

	/**
	 * When the test says so: {@link TestQueue#drain()} runs them on the thread of the
	 * test, one at a time, the best first. Nothing runs in the background.
	 */
	MANUAL,

	/**
	 * At once: whatever is enqueued has run when the enqueue returns, on the thread that
	 * enqueued it. Inside a Spring transaction it runs after the commit, on a thread of
	 * its own that the commit waits for, since Spring would let a handler take part in a
	 * transaction that is over. What is enqueued by a handler runs behind it.
	 */
	INLINE,

	/**
	 * By itself, as in production: on worker threads, several at a time, by the clock of
	 * the system.
	 */
	BACKGROUND

}
