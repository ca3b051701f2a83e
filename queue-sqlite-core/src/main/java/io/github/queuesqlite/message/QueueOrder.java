package io.github.queuesqlite.message;

/**
 * In which order the messages of a queue start that have the same priority.
 *
 * @since 0.1.0
 */
public enum QueueOrder {

	/** First in, first out: what has waited longest. */
	FIFO,

	/**
	 * Last in, first out: what came last. A message that comes back from a run — a retry,
	 * a release, the death of its process — goes behind all that wait.
	 */
	LIFO

}
