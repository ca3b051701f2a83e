package io.github.queuesqlite.message;

import org.jspecify.annotations.Nullable;

/**
 * A message that somebody waited for ended without a result.
 *
 * @since 0.1.0
 */
public class TaskFailedException extends QueueException {

	private static final long serialVersionUID = 1L;

	private final MessageState state;

	private final transient @Nullable Failure failure;

	public TaskFailedException(String message, MessageId messageId, MessageState state, @Nullable Failure failure) {
		super(message, messageId, null);
		this.state = state;
		this.failure = failure;
	}

	/**
	 * Returns how it ended.
	 * @return DEAD, CANCELLED or EXPIRED
	 */
	public MessageState state() {
		return this.state;
	}

	/**
	 * Returns why its latest attempt failed.
	 * @return null when no attempt failed
	 */
	public @Nullable Failure failure() {
		return this.failure;
	}

}
