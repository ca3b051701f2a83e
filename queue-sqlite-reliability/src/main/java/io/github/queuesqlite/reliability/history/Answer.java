package io.github.queuesqlite.reliability.history;

import io.github.queuesqlite.message.DuplicateMessageException;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.PayloadException;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.QueueFullException;
import org.jspecify.annotations.Nullable;

/**
 * What a caller was told about one order.
 *
 * @param id of the message that stands for it; null when the call threw
 * @param error what was thrown; null when nothing was
 * @param lookFor the id that the exception names; null when it names none
 * @param isUnknown whether the message may be stored although the call threw
 */
public record Answer(@Nullable MessageId id, @Nullable String error, @Nullable MessageId lookFor, boolean isUnknown) {

	/**
	 * The message was accepted.
	 * @param id what was returned
	 * @return the answer
	 */
	public static Answer accepted(MessageId id) {
		return new Answer(id, null, null, false);
	}

	/**
	 * The call threw.
	 * @param thrown what
	 * @return the answer
	 */
	public static Answer threw(Throwable thrown) {
		boolean isUnknown = thrown instanceof QueueException && !(thrown instanceof PayloadException)
				&& !(thrown instanceof QueueFullException) && !(thrown instanceof DuplicateMessageException);
		MessageId lookFor = (thrown instanceof QueueException failure) ? failure.messageId() : null;
		return new Answer(null, text(thrown), lookFor, isUnknown);
	}

	/** Whether the sender's key was taken and it asked to be told. */
	boolean isDuplicate() {
		return this.error != null && this.error.startsWith(DuplicateMessageException.class.getName());
	}

	/**
	 * Returns a failure with its causes on one line.
	 * @param thrown the failure
	 * @return classes and messages
	 */
	public static String text(Throwable thrown) {
		StringBuilder text = new StringBuilder(thrown.toString());
		for (Throwable cause = thrown.getCause(); cause != null; cause = cause.getCause()) {
			text.append("; caused by ").append(cause);
		}
		return text.toString();
	}

}
