package io.github.queuesqlite.worker;

/**
 * What a message of a task needs before it may be claimed: a permit of a {@link Limit},
 * or a token of a {@link Rate}.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
interface Allowance {

	/** Returns how many may be taken now. */
	int free(long epoch);

	/** Takes some for messages that are claimed; returns how many. */
	int take(long epoch, int max);

	/**
	 * Gives some back that were taken.
	 * @return whether the thread of limits has to look
	 */
	boolean giveBack(int n);

	/** Returns whether the store may have some, and nobody has asked for one so far. */
	boolean isWorthAsking(long epoch);

	/**
	 * Somebody wants one more than there is.
	 * @return false when that is known
	 */
	boolean want(long epoch);

	/** Nothing more is taken; what is not in use goes back. */
	void stop(boolean stopped);

	/** Returns in how many nanoseconds it must be looked at again. */
	long untilLook(long now);

}
