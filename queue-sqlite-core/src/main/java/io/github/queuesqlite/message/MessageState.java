package io.github.queuesqlite.message;

/**
 * Where a message stands in its life.
 *
 * @since 0.1.0
 */
public enum MessageState {

	/**
	 * Waits for its time: delayed by the sender, or failed and waiting for the next
	 * attempt. Becomes READY when due.
	 */
	SCHEDULED,

	/**
	 * May run now. Becomes RUNNING when a worker claims it. Stays READY while its queue
	 * is paused or no live process hosts its task.
	 */
	READY,

	/**
	 * Claimed by one process, which owns it until it settles the run or dies.
	 */
	RUNNING,

	/** Its handler returned. Kept for {@code retention.completed}. */
	COMPLETED,

	/**
	 * Failed for good: attempts used up, a permanent failure, or a payload that cannot be
	 * read. Kept for {@code retention.dead}; {@code retry} makes it READY again.
	 */
	DEAD,

	/** Cancelled by a caller. Kept for {@code retention.cancelled}. */
	CANCELLED,

	/**
	 * Its time to live ended before a worker claimed it. Kept for
	 * {@code retention.expired}.
	 */
	EXPIRED;

	/**
	 * Returns whether the message will not run again unless somebody retries it.
	 * @return true for COMPLETED, DEAD, CANCELLED and EXPIRED
	 */
	public boolean isEnded() {
		return compareTo(RUNNING) > 0;
	}

}
