package io.github.queuesqlite.schedule;

/**
 * What becomes of slots that were missed, because nobody ran when their time came: the
 * earliest one that is due is more than a minute late.
 *
 * @since 0.1.0
 */
public enum Misfire {

	/** What is more than a minute late is left out. */
	SKIP,

	/** One message for all that is due, with the time of the latest slot. */
	FIRE_ONCE,

	/**
	 * A message for each slot, the latest {@link Schedule#misfireLimit()} at most. They
	 * are stored whatever the {@link Overlap} says, and run one after the other unless
	 * that is {@link Overlap#ALLOW}.
	 */
	FIRE_ALL

}
