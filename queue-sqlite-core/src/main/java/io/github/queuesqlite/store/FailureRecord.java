package io.github.queuesqlite.store;

/**
 * A failed attempt on its way into the store.
 *
 * @param attempt which attempt, 0 when it never ran
 * @param type class of the throwable or a word of ours
 * @param message its text, cut
 * @param stack its stack trace, cut; may be empty
 * @param host the process that ran it
 * @param startedAt epoch milliseconds
 * @param failedAt epoch milliseconds
 */
public record FailureRecord(int attempt, String type, String message, String stack, String host, long startedAt,
		long failedAt) {

	/** Type of the failure of a run whose process died. */
	public static final String PROCESS_DIED = "ProcessDied";

	/** Type of the failure of a message that is not what was stored. */
	public static final String DAMAGED = "Damaged";

	/** Type of the failure of a message that was cancelled to make room. */
	public static final String DROPPED = "Dropped";

	/** Type of the failure of a message whose task no instance hosted for too long. */
	public static final String UNHOSTED = "Unhosted";

	/** Type of the failure of a message that waited for one that did not complete. */
	public static final String STOPPED = "Stopped";

}
