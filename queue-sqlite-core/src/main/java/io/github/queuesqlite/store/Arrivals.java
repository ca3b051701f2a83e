package io.github.queuesqlite.store;

import io.github.queuesqlite.message.GroupProgress;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;

/**
 * How many of those that a message waits or waited for have ended how.
 *
 * @param open have not ended
 * @param completed are COMPLETED
 * @param failed are DEAD or EXPIRED
 * @param cancelled are CANCELLED, or were deleted before their end
 */
public record Arrivals(int open, int completed, int failed, int cancelled) {

	/**
	 * Shows them to users.
	 * @param id who waits
	 * @param state its state
	 * @return the same numbers
	 */
	public GroupProgress of(MessageId id, MessageState state) {
		return new GroupProgress(id, state, this.open + this.completed + this.failed + this.cancelled, this.completed,
				this.failed, this.cancelled);
	}

}
