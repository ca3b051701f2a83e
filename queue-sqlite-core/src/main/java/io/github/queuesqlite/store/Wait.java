package io.github.queuesqlite.store;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What a message waits for before it is due. It is stored SCHEDULED, with a due time that
 * does not come, and set free by the transaction that ends the last of those it waits
 * for.
 *
 * @param kind what of them sets it free
 * @param messages ids of other messages that are stored in the same transaction; their
 * places here are their places in what it is given
 * @param takesPayload whether its payload is made of what became of them; it has none of
 * its own then
 * @param delay milliseconds from when it is set free to when it is due; null for none
 * @param runAt when it is due at the earliest, epoch milliseconds; null when only the
 * delay counts
 * @param timeToLive milliseconds from when it is set free to its expiry; null for none
 */
public record Wait(Kind kind, List<Long> messages, boolean takesPayload, @Nullable Long delay, @Nullable Long runAt,
		@Nullable Long timeToLive) {

	/** The due time of a message that waits for others: far beyond any other one. */
	public static final long NOT_DUE = 253_402_300_799_999L;

	public Wait {
		messages = List.copyOf(messages);
	}

	/** What sets a message free that waits for others. */
	public enum Kind {

		/**
		 * The one it waits for is COMPLETED; when that ends otherwise, it is CANCELLED.
		 */
		THEN,

		/**
		 * One of them is DEAD or EXPIRED; when all have ended otherwise, it is deleted.
		 */
		FAILURE,

		/** All of them have ended, however. */
		ALL,

		/**
		 * All of them have ended, however: then it is COMPLETED itself, with what became
		 * of them as its result.
		 */
		GATHER

	}

}
