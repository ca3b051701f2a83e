package io.github.queuesqlite.store;

import java.time.Duration;

/**
 * Whether the states that messages go through are recorded, and how long that is kept,
 * also when it is recorded no more.
 *
 * @param recorded whether they are, for what this process does
 * @param keep how long
 * @param maxRows how many changes each shard keeps at most
 */
public record HistoryRule(boolean recorded, Duration keep, long maxRows) {

	/** Nothing is recorded. */
	public static final HistoryRule OFF = new HistoryRule(false, Duration.ofDays(7), 100_000);

}
