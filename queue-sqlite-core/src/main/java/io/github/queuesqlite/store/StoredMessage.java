package io.github.queuesqlite.store;

import java.util.Comparator;

import io.github.queuesqlite.message.MessageState;
import org.jspecify.annotations.Nullable;

/**
 * A row as it is stored. All times are epoch milliseconds UTC.
 *
 * @param id the id
 * @param shard the shard it was read from, which after a change of the layout need not be
 * the one its id names
 * @param seq orders rows of equal priority
 * @param queue the queue
 * @param task the task
 * @param state the state
 * @param priority higher first
 * @param createdAt when it was handed in
 * @param runAt not before
 * @param attempt how many attempts have begun
 * @param maxAttempts null when the claiming process decides
 * @param run how often it was claimed
 * @param owner the epoch of the latest claim; 0 before the first
 * @param cancelRequested whether somebody asked to cancel it while it ran
 * @param startedAt latest claim; null before the first
 * @param finishedAt end; null before
 * @param expiresAt null for never
 * @param deadline of the current run, when it was extended; else null
 * @param idempotencyKey null for none
 * @param uniqueKey null for none
 * @param orderingKey null for none
 * @param attributes see {@link Insertion#attributes()}
 * @param codec who wrote the payload; null for none
 * @param payload null for none
 * @param resultCodec who wrote the result; null for none
 * @param result null for none
 * @param lastError latest failure as JSON, see {@link FailureCodec}; null for none
 * @param damaged whether what never changes, or the result, is not what was written: the
 * file was changed behind the store's back
 */
public record StoredMessage(long id, int shard, long seq, String queue, String task, MessageState state, int priority,
		long createdAt, long runAt, int attempt, @Nullable Integer maxAttempts, long run, long owner,
		boolean cancelRequested, @Nullable Long startedAt, @Nullable Long finishedAt, @Nullable Long expiresAt,
		@Nullable Long deadline, @Nullable String idempotencyKey, @Nullable String uniqueKey,
		@Nullable String orderingKey, @Nullable String attributes, @Nullable String codec, byte @Nullable [] payload,
		@Nullable String resultCodec, byte @Nullable [] result, @Nullable String lastError, boolean damaged) {

	/** The order of claims: higher priority first, then as they came. */
	public static final Comparator<StoredMessage> CLAIM_ORDER = Comparator.comparingInt(StoredMessage::priority)
		.reversed()
		.thenComparingLong(StoredMessage::seq)
		.thenComparingLong(StoredMessage::id);

	/** The order of claims in a queue whose newest are next. */
	public static final Comparator<StoredMessage> NEWEST_FIRST = Comparator.comparingInt(StoredMessage::priority)
		.thenComparingLong(StoredMessage::seq)
		.thenComparingLong(StoredMessage::id)
		.reversed();

	/**
	 * Returns the run that the row was claimed for.
	 * @return what fences it
	 */
	public RunKey runKey() {
		return new RunKey(this.shard, this.id, this.owner, this.run, this.queue, this.task);
	}

	/**
	 * Returns the row, found to be damaged.
	 * @return the same values
	 */
	public StoredMessage asDamaged() {
		return new StoredMessage(this.id, this.shard, this.seq, this.queue, this.task, this.state, this.priority,
				this.createdAt, this.runAt, this.attempt, this.maxAttempts, this.run, this.owner, this.cancelRequested,
				this.startedAt, this.finishedAt, this.expiresAt, this.deadline, this.idempotencyKey, this.uniqueKey,
				this.orderingKey, this.attributes, this.codec, this.payload, this.resultCodec, this.result,
				this.lastError, true);
	}

}
