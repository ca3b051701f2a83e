package io.github.queuesqlite.worker;

import org.jspecify.annotations.Nullable;

/**
 * What this process has of something that all processes share: an allowance that the
 * store gives and takes back.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 *
 * @param <W> what to ask the store for
 * @param <S> what the store answers
 */
interface SharedAllowance<W, S> extends Allowance {

	/**
	 * Returns what to tell the store and to ask for; null when there is nothing. What
	 * goes back is not used from now on.
	 * @param changed whether others changed something
	 */
	@Nullable W wish(long epoch, boolean changed, long now);

	/** The store has answered. */
	void settled(S state, long now);

}
