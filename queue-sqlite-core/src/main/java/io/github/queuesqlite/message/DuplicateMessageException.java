package io.github.queuesqlite.message;

/**
 * The idempotency key or unique key of the message is taken; nothing was stored. Thrown
 * only with {@link OnDuplicate#THROW}.
 *
 * @since 0.1.0
 */
public class DuplicateMessageException extends QueueException {

	private static final long serialVersionUID = 1L;

	private final transient MessageId existingId;

	public DuplicateMessageException(String message, MessageId existingId) {
		super(message, existingId, null);
		this.existingId = existingId;
	}

	/**
	 * Returns the message that has the key.
	 * @return its id
	 */
	public MessageId existingId() {
		return this.existingId;
	}

}
