package io.github.queuesqlite.message;

import org.jspecify.annotations.Nullable;

/**
 * The queue could not do what was asked. Its subclasses are the cases in which a caller
 * would act differently.
 * <p>
 * When an enqueue ends with this exception and {@link #messageId()} is not null, the
 * outcome is unknown or the message is absent: look for it with {@code find(id)} before
 * you hand the same work in again.
 *
 * @since 0.1.0
 */
public class QueueException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final transient @Nullable MessageId messageId;

	public QueueException(String message) {
		this(message, null, null);
	}

	public QueueException(String message, @Nullable Throwable cause) {
		this(message, null, cause);
	}

	public QueueException(String message, @Nullable MessageId messageId, @Nullable Throwable cause) {
		super(message, cause);
		this.messageId = messageId;
	}

	/**
	 * Returns the message that the failure is about.
	 * @return null when it is not about one message
	 */
	public @Nullable MessageId messageId() {
		return this.messageId;
	}

}
