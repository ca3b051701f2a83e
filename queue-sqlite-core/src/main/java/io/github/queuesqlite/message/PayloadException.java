package io.github.queuesqlite.message;

import org.jspecify.annotations.Nullable;

/**
 * A payload or result cannot be written or read: not serialisable, too large, or not of
 * the type asked for.
 *
 * @since 0.1.0
 */
public class PayloadException extends QueueException {

	private static final long serialVersionUID = 1L;

	public PayloadException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

	public PayloadException(String message, @Nullable MessageId messageId, @Nullable Throwable cause) {
		super(message, messageId, cause);
	}

}
