package io.github.queuesqlite.store;

/**
 * What an instance has of the tokens of one rate.
 *
 * @param held how many it has
 * @param granted how many of them are new
 * @param untilNext after how many milliseconds there may be a further one;
 * {@link #UNKNOWN} when that depends on what others do
 */
public record TokenState(int held, int granted, long untilNext) {

	/** Somebody has to use what he has, or to give it back. */
	public static final long UNKNOWN = -1;

}
