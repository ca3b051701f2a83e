package io.github.queuesqlite;

import java.lang.reflect.Type;

import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.PayloadException;
import io.github.queuesqlite.message.TaskFailedException;
import io.github.queuesqlite.payload.Payloads;
import io.github.queuesqlite.store.FailureCodec;
import io.github.queuesqlite.store.FailureRecord;
import io.github.queuesqlite.store.StoreListener.Ended;
import io.github.queuesqlite.store.StoredMessage;
import org.jspecify.annotations.Nullable;

/**
 * How a message ended, whether a commit told it or its row.
 *
 * @param id the message
 * @param task its task
 * @param state one that {@link MessageState#isEnded() is ended}
 * @param resultCodec who wrote the result; null for none
 * @param result null for none
 * @param failure its latest failure; null for none
 * @param damaged whether its row is not what was stored
 */
record Ending(long id, String task, MessageState state, @Nullable String resultCodec, byte @Nullable [] result,
		@Nullable Failure failure, boolean damaged) {

	static Ending of(Ended ended, MessageState state) {
		return new Ending(ended.id(), ended.task(), state, ended.resultCodec(), ended.result(),
				(ended.failure() != null) ? FailureCodec.toFailure(ended.failure()) : null, false);
	}

	static Ending of(StoredMessage row) {
		return new Ending(row.id(), row.task(), row.state(), row.resultCodec(), row.result(),
				FailureCodec.decode(row.lastError()), row.damaged());
	}

	/**
	 * Reads the result.
	 * @param payloads reads it
	 * @param type what to read it as
	 * @return null when there is none
	 * @throws TaskFailedException if the message did not complete
	 * @throws PayloadException if the result is damaged or cannot be read as the type
	 */
	@SuppressWarnings({ "unchecked", "TypeParameterUnusedInFormals" })
	<R> @Nullable R result(Payloads payloads, Type type) {
		MessageId messageId = new MessageId(this.id);
		if (this.state != MessageState.COMPLETED) {
			throw new TaskFailedException(
					"Message " + messageId + " of task '" + this.task + "' ended " + this.state + reason(), messageId,
					this.state, this.failure);
		}
		if (this.damaged) {
			throw new PayloadException("The result of message " + messageId + " (task '" + this.task
					+ "') cannot be read: the message is damaged, it is not what was stored", messageId, null);
		}
		try {
			return (R) payloads.decode(this.resultCodec, this.result, type);
		}
		catch (PayloadException ex) {
			throw new PayloadException("The result of message " + messageId + " (task '" + this.task
					+ "') cannot be read: " + ex.getMessage(), messageId, ex);
		}
	}

	/**
	 * Returns the row of the message, as it is at this end.
	 * @param before how it was
	 */
	StoredMessage endOf(StoredMessage before) {
		Failure failure = this.failure;
		int failed = (failure != null) ? failure.attempt() : 0;
		int attempt = (this.state == MessageState.COMPLETED) ? failed + 1 : failed;
		return new StoredMessage(before.id(), before.shard(), before.seq(), before.queue(), before.task(), this.state,
				before.priority(), before.createdAt(), before.runAt(), attempt, before.maxAttempts(), attempt, 0, false,
				null, null, before.expiresAt(), null, before.idempotencyKey(), before.uniqueKey(), before.orderingKey(),
				before.attributes(), before.codec(), before.payload(), this.resultCodec, this.result,
				(failure != null) ? encode(failure) : null, before.damaged());
	}

	private static String encode(Failure failure) {
		long at = failure.at().toEpochMilli();
		return FailureCodec.encode(
				new FailureRecord(failure.attempt(), failure.type(), failure.message(), failure.stack(), "", at, at));
	}

	private String reason() {
		if (this.failure == null) {
			return "";
		}
		String text = this.failure.message();
		if (this.failure.attempt() == 0 && !text.isEmpty()) {
			return ": " + text;
		}
		return ": attempt " + this.failure.attempt() + " failed with " + this.failure.type()
				+ (text.isEmpty() ? "" : ": " + text);
	}

}
