package io.github.queuesqlite.message;

import java.util.Map;

/**
 * Some messages of one {@code enqueueAll} were stored and others were not.
 *
 * @since 0.1.0
 */
public class PartialEnqueueException extends QueueException {

	private static final long serialVersionUID = 1L;

	private final transient Map<Integer, MessageId> accepted;

	private final transient Map<Integer, QueueException> failed;

	public PartialEnqueueException(String message, Map<Integer, MessageId> accepted,
			Map<Integer, QueueException> failed) {
		super(message, failed.values().iterator().next());
		this.accepted = Map.copyOf(accepted);
		this.failed = Map.copyOf(failed);
	}

	/**
	 * Returns the messages that are stored.
	 * @return ids by index of the input
	 */
	public Map<Integer, MessageId> accepted() {
		return this.accepted;
	}

	/**
	 * Returns the messages that are not stored or whose outcome is unknown.
	 * @return the reason by index of the input; its {@link QueueException#messageId()} is
	 * the id to look for
	 */
	public Map<Integer, QueueException> failed() {
		return this.failed;
	}

}
