package io.github.queuesqlite.event;

/**
 * What became of one run.
 *
 * @since 0.1.0
 */
public enum RunOutcome {

	/** The handler returned and the message is COMPLETED. */
	COMPLETED,

	/** The handler failed and the message waits for its next attempt. */
	RETRY,

	/** The handler asked to run again without spending an attempt. */
	SNOOZED,

	/** The message is DEAD. */
	DEAD,

	/** The handler stopped because the message was cancelled. */
	CANCELLED,

	/** The message went back uncounted: the application stops. */
	RELEASED,

	/** The run was no longer ours; what it reported did not count. */
	LOST

}
