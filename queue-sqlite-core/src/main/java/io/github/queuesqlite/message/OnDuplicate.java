package io.github.queuesqlite.message;

/**
 * What an enqueue does when its idempotency key or unique key is taken. Nothing new is
 * stored in any case.
 * <p>
 * The last three change the message that has the <i>unique key</i> while it is SCHEDULED
 * or READY, in one transaction with the look at its key. Of a message that only has the
 * idempotency key they change nothing and return its id.
 *
 * @since 0.1.0
 */
public enum OnDuplicate {

	/** Returns the id of the message that has the key. */
	RETURN_EXISTING,

	/** Throws {@link DuplicateMessageException}. */
	THROW,

	/**
	 * Gives the message that has the unique key the new payload, and returns its id. Its
	 * place, its due time and all else stay. Throws {@link DuplicateMessageException}
	 * when it runs: its payload is in use already.
	 */
	REPLACE,

	/**
	 * Lets the message that has the unique key start at the earlier of the two due times,
	 * and returns its id. Its payload stays. One that runs is earlier in any case.
	 */
	KEEP_EARLIEST,

	/**
	 * Gives the message that has the unique key the new payload and the new due time, and
	 * returns its id: with a delay, one message runs once nothing more has come for so
	 * long, with the latest payload. It may be put off for ever; a time to live bounds
	 * that. Throws {@link DuplicateMessageException} when it runs.
	 */
	DEBOUNCE;

	/**
	 * Returns whether the message that has the unique key may be changed.
	 * @return true for those that need a unique key
	 */
	public boolean changesExisting() {
		return this == REPLACE || this == KEEP_EARLIEST || this == DEBOUNCE;
	}

}
