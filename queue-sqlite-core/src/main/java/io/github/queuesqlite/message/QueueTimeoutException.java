package io.github.queuesqlite.message;

import org.jspecify.annotations.Nullable;

/**
 * The time given for waiting is over; what was waited for may still happen.
 *
 * @since 0.1.0
 */
public class QueueTimeoutException extends QueueException {

	private static final long serialVersionUID = 1L;

	public QueueTimeoutException(String message, @Nullable MessageId messageId) {
		super(message, messageId, null);
	}

}
