package io.github.queuesqlite.message;

/**
 * The run is no longer ours: it passed its deadline, or this process was taken for dead
 * and another one has the message. Stop working on it; nothing this run reports counts.
 *
 * @since 0.1.0
 */
public class LeaseLostException extends QueueException {

	private static final long serialVersionUID = 1L;

	public LeaseLostException(String message, MessageId messageId) {
		super(message, messageId, null);
	}

}
