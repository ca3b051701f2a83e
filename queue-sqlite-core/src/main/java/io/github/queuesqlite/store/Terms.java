package io.github.queuesqlite.store;

import io.github.queuesqlite.message.OnDuplicate;
import org.jspecify.annotations.Nullable;

/**
 * On what terms a message is stored. They are not stored themselves.
 *
 * @param bound how many messages of its queue there may be; null for any number
 * @param onDuplicate what happens to the message that has its unique key
 * @param window how long its unique key is taken beyond its end; null for no longer
 * @param durable whether its commit is fsynced at once or soon after; null for what the
 * durability of the queue says
 * @param origin where it was enqueued and committed already; null for a new message
 */
public record Terms(@Nullable Bound bound, OnDuplicate onDuplicate, @Nullable Window window, @Nullable Boolean durable,
		Relay.@Nullable Origin origin) {

	/** It is stored whatever is there. */
	public static final Terms NONE = new Terms(null, OnDuplicate.RETURN_EXISTING, null, null);

	/**
	 * The terms of a new message.
	 * @param bound null for any number
	 * @param onDuplicate what happens to the message that has its unique key
	 * @param window null for no longer
	 * @param durable null for what the durability of the queue says
	 */
	public Terms(@Nullable Bound bound, OnDuplicate onDuplicate, @Nullable Window window, @Nullable Boolean durable) {
		this(bound, onDuplicate, window, durable, null);
	}

	/**
	 * How long a unique key is taken: one of the two is not null.
	 *
	 * @param afterEnd milliseconds after the end of the message; null when only the other
	 * counts
	 * @param takenUntil epoch milliseconds; null when the end of the message counts
	 */
	public record Window(@Nullable Long afterEnd, @Nullable Long takenUntil) {

	}

	/**
	 * How many messages of a queue that have not ended a shard may hold, the new one
	 * included.
	 *
	 * @param most 1 or more
	 * @param dropOldest whether a message that waits is cancelled to make room
	 */
	public record Bound(long most, boolean dropOldest) {

	}

}
