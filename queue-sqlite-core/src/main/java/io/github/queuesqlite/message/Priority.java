package io.github.queuesqlite.message;

/**
 * Names for the usual priorities. Higher runs first; any other {@code int} is allowed
 * too.
 *
 * @since 0.1.0
 */
public enum Priority {

	/** 0. */
	LOW,

	/** 1, the default. */
	NORMAL,

	/** 2. */
	HIGH,

	/** 3. */
	URGENT;

	/**
	 * Returns the number that is stored.
	 * @return 0 to 3
	 */
	public int value() {
		return ordinal();
	}

}
