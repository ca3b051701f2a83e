package io.github.queuesqlite.worker;

import java.util.function.Consumer;

import io.github.queuesqlite.store.Claimer;

/**
 * Holds what it has claimed until it is off its hands: a lane for its handlers, a
 * receiver for those who pull.
 */
interface Holder extends Claimer {

	Engine engine();

	/** Whether nothing may begin. */
	boolean isPaused();

	/** A claimed message is off our hands. */
	void settled(Claim claim);

	/** The end of a claim could not be said or stored: the watch does it. */
	void brokeOff(Claim claim, Throwable ex);

	/** Whether nothing has begun of which the end is not committed. */
	boolean isQuiet();

	/** A suspect that waited for others may start. */
	void wakeForSuspect();

	/** Runs something for each claim that is not off our hands. */
	void forEachClaim(Consumer<Claim> action);

	/**
	 * Looks after what no event tells of.
	 * @param now monotonic nanoseconds
	 * @return nanoseconds until it must look again, {@link Long#MAX_VALUE} when nothing
	 * is under way
	 */
	long look(long now);

}
