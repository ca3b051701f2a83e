package io.github.queuesqlite.message;

/**
 * What an enqueue does when its idempotency key or unique key is taken.
 *
 * @since 0.1.0
 */
public enum OnDuplicate {

	/** Stores nothing and returns the id of the message that has the key. */
	RETURN_EXISTING,

	/** Stores nothing and throws {@link DuplicateMessageException}. */
	THROW

}
