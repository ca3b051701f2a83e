package io.github.queuesqlite.message;

import org.jspecify.annotations.Nullable;

/**
 * The queue takes no more messages now; nothing was stored. Try again later. Either a
 * queue has as many messages as it may, or too many wait for their commit.
 *
 * @since 0.1.0
 */
public class QueueFullException extends QueueException {

	private static final long serialVersionUID = 1L;

	private final @Nullable String queue;

	/**
	 * Too many messages wait for their commit.
	 * @param message what happened
	 */
	public QueueFullException(String message) {
		this(message, null);
	}

	/**
	 * A queue has as many messages as it may.
	 * @param message what happened
	 * @param queue the queue
	 */
	public QueueFullException(String message, @Nullable String queue) {
		super(message);
		this.queue = queue;
	}

	/**
	 * Returns the queue that has as many messages as it may.
	 * @return its name; null when too many messages wait for their commit
	 */
	public @Nullable String queue() {
		return this.queue;
	}

}
