package io.github.queuesqlite.message;

import org.jspecify.annotations.Nullable;

/**
 * The store cannot be read or written now: a disk is full or failing, the store is
 * closed, or another program holds its files.
 *
 * @since 0.1.0
 */
public class StoreUnavailableException extends QueueException {

	private static final long serialVersionUID = 1L;

	public StoreUnavailableException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

	public StoreUnavailableException(String message, @Nullable MessageId messageId, @Nullable Throwable cause) {
		super(message, messageId, cause);
	}

}
