package io.github.queuesqlite.schedule;

/**
 * What becomes of a slot while a message of the same schedule has not ended: it waits,
 * runs, or waits for a retry.
 *
 * @since 0.1.0
 */
public enum Overlap {

	/** The slot is left out, and counted. */
	SKIP,

	/** Its message waits until those before have ended, however they end. */
	QUEUE,

	/** Its message is like any other: several may run at once. */
	ALLOW

}
