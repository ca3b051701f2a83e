package io.github.queuesqlite.message;

/**
 * The queue takes no more messages now; nothing was stored. Try again later.
 *
 * @since 0.1.0
 */
public class QueueFullException extends QueueException {

	private static final long serialVersionUID = 1L;

	public QueueFullException(String message) {
		super(message);
	}

}
