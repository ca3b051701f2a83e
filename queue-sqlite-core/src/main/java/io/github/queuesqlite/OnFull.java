package io.github.queuesqlite;

/**
 * What an enqueue does when its queue holds as many messages as it may.
 *
 * @since 0.1.0
 */
public enum OnFull {

	/**
	 * Waits for room, and throws {@link io.github.queuesqlite.message.QueueFullException}
	 * when there was none in time.
	 */
	BLOCK,

	/** Throws {@link io.github.queuesqlite.message.QueueFullException}. */
	REJECT,

	/**
	 * Cancels the READY message with the lowest priority that has waited longest, unless
	 * its priority is higher than that of the new one: then, and when none is READY, it
	 * throws {@link io.github.queuesqlite.message.QueueFullException}.
	 */
	DROP_OLDEST

}
