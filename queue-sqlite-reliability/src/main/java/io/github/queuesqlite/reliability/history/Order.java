package io.github.queuesqlite.reliability.history;

import java.util.EnumSet;
import java.util.Set;

import io.github.queuesqlite.message.MessageState;
import org.jspecify.annotations.Nullable;

/**
 * What a message is to do: its payload, so that the handler knows, and the checker too.
 *
 * @param tag its own name, never used twice
 * @param task the task
 * @param failures how many attempts fail
 * @param maxRetries retries after the first run
 * @param holdMillis how long a run takes
 * @param delayMillis not before; {@link #FAR} for one that is not due within any test
 * @param timeToLiveMillis null when it never expires
 * @param uniqueKey null for none
 * @param idempotencyKey null for none
 * @param orderingKey null for none
 */
public record Order(String tag, String task, int failures, int maxRetries, int holdMillis, long delayMillis,
		@Nullable Long timeToLiveMillis, @Nullable String uniqueKey, @Nullable String idempotencyKey,
		@Nullable String orderingKey) {

	/** A delay that no test lives to see the end of: an hour. */
	public static final long FAR = 3_600_000;

	/**
	 * Returns an order that completes at once.
	 * @param tag its own name
	 * @param task the task
	 * @return without keys, delay or failures; many retries, since each kill costs one
	 */
	public static Order of(String tag, String task) {
		return new Order(tag, task, 0, 50, 0, 0, null, null, null, null);
	}

	public Order failing(int failures, int maxRetries) {
		return new Order(this.tag, this.task, failures, maxRetries, this.holdMillis, this.delayMillis,
				this.timeToLiveMillis, this.uniqueKey, this.idempotencyKey, this.orderingKey);
	}

	public Order holding(int millis) {
		return new Order(this.tag, this.task, this.failures, this.maxRetries, millis, this.delayMillis,
				this.timeToLiveMillis, this.uniqueKey, this.idempotencyKey, this.orderingKey);
	}

	public Order delayed(long millis) {
		return new Order(this.tag, this.task, this.failures, this.maxRetries, this.holdMillis, millis,
				this.timeToLiveMillis, this.uniqueKey, this.idempotencyKey, this.orderingKey);
	}

	public Order living(long millis) {
		return new Order(this.tag, this.task, this.failures, this.maxRetries, this.holdMillis, this.delayMillis, millis,
				this.uniqueKey, this.idempotencyKey, this.orderingKey);
	}

	public Order unique(String key) {
		return new Order(this.tag, this.task, this.failures, this.maxRetries, this.holdMillis, this.delayMillis,
				this.timeToLiveMillis, key, this.idempotencyKey, this.orderingKey);
	}

	public Order idempotent(String key) {
		return new Order(this.tag, this.task, this.failures, this.maxRetries, this.holdMillis, this.delayMillis,
				this.timeToLiveMillis, this.uniqueKey, key, this.orderingKey);
	}

	public Order ordered(String key) {
		return new Order(this.tag, this.task, this.failures, this.maxRetries, this.holdMillis, this.delayMillis,
				this.timeToLiveMillis, this.uniqueKey, this.idempotencyKey, key);
	}

	/** Whether it expires before it is due. */
	boolean expiresUnrun() {
		return this.timeToLiveMillis != null && this.timeToLiveMillis < this.delayMillis;
	}

	/** In which states it may be once nothing more happens, if nobody cancels it. */
	Set<MessageState> ends() {
		if (expiresUnrun()) {
			return EnumSet.of(MessageState.EXPIRED);
		}
		if (this.delayMillis >= FAR) {
			return EnumSet.of(MessageState.SCHEDULED);
		}
		Set<MessageState> ends = EnumSet
			.of((this.failures > this.maxRetries) ? MessageState.DEAD : MessageState.COMPLETED);
		if (this.timeToLiveMillis != null) {
			ends.add(MessageState.EXPIRED);
		}
		return ends;
	}

}
