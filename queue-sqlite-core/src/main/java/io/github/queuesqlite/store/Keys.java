package io.github.queuesqlite.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * The keys of a message.
 *
 * @param task the task, which the unique key is scoped to
 * @param idempotencyKey one kept message in the directory; null for none
 * @param uniqueKey one live message of the task; null for none
 * @param orderingKey one at a time in the directory, in order; null for none
 * @param concurrencyKey takes turns with other keys, so many at a time; null for none
 */
public record Keys(String task, @Nullable String idempotencyKey, @Nullable String uniqueKey,
		@Nullable String orderingKey, @Nullable String concurrencyKey) {

	/**
	 * The keys of a message whose order does not matter.
	 * @param task the task
	 * @param idempotencyKey null for none
	 * @param uniqueKey null for none
	 */
	public Keys(String task, @Nullable String idempotencyKey, @Nullable String uniqueKey) {
		this(task, idempotencyKey, uniqueKey, null, null);
	}

	/**
	 * The keys of a message that takes no turns.
	 * @param task the task
	 * @param idempotencyKey null for none
	 * @param uniqueKey null for none
	 * @param orderingKey null for none
	 */
	public Keys(String task, @Nullable String idempotencyKey, @Nullable String uniqueKey,
			@Nullable String orderingKey) {
		this(task, idempotencyKey, uniqueKey, orderingKey, null);
	}

	/** Returns the keys that have a home of their own. */
	List<ReservedKey> reservable() {
		List<ReservedKey> keys = new ArrayList<>(2);
		if (this.uniqueKey != null) {
			keys.add(ReservedKey.ofUnique(this.task, this.uniqueKey));
		}
		if (this.idempotencyKey != null) {
			keys.add(ReservedKey.ofIdempotency(this.idempotencyKey));
		}
		return keys;
	}

	/**
	 * Returns whether a key that cannot be reserved decides where the message lives.
	 * @return true with an ordering or concurrency key
	 */
	public boolean isPlaced() {
		return this.orderingKey != null || this.concurrencyKey != null;
	}

	/**
	 * Returns what decides where the message lives and cannot be reserved.
	 * @return without any other key
	 */
	public Keys placing() {
		return new Keys(this.task, null, null, this.orderingKey, this.concurrencyKey);
	}

	/**
	 * Returns whether messages with these keys live together whatever the number of
	 * shards.
	 * @param other other keys, placed like these
	 * @return true with the same ordering or concurrency key
	 */
	public boolean isPlacedLike(Keys other) {
		return Objects.equals(this.orderingKey, other.orderingKey)
				&& Objects.equals(this.concurrencyKey, other.concurrencyKey);
	}

	/**
	 * Returns whether there is none.
	 * @return true for a message without keys
	 */
	public boolean isEmpty() {
		return this.idempotencyKey == null && this.uniqueKey == null && !isPlaced();
	}

}
