package io.github.queuesqlite.store;

/**
 * What a look at a disk found.
 *
 * @param refusal why new data must be refused, a sentence with the numbers; empty when
 * there is room for it
 * @param lasting whether it is refused until there is more room; otherwise only what was
 * about to be written is too much
 * @param budget bytes, 0 or more, that may be written before the next look
 */
public record Room(String refusal, boolean lasting, long budget) {

	/** As much as anybody wants. */
	public static final Room PLENTY = new Room("", false, Long.MAX_VALUE);

}
