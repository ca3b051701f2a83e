package io.github.queuesqlite.message;

/**
 * How far a group is.
 *
 * @param id its id, which is that of its callback
 * @param state of the callback; of a group without one it is COMPLETED when all members
 * have ended
 * @param members how many it has
 * @param completed how many of them are COMPLETED
 * @param failed how many are DEAD or EXPIRED
 * @param cancelled how many are CANCELLED, or were deleted before their end
 * @since 0.1.0
 */
public record GroupProgress(MessageId id, MessageState state, int members, int completed, int failed, int cancelled) {

	/**
	 * Returns how many members have not ended.
	 * @return 0 or more
	 */
	public int open() {
		return this.members - this.completed - this.failed - this.cancelled;
	}

	/**
	 * Returns whether all members have ended.
	 * @return true also while the callback is to run
	 */
	public boolean isDone() {
		return open() == 0;
	}

}
