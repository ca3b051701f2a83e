package io.github.queuesqlite.store;

import org.jspecify.annotations.Nullable;

/**
 * The keys of a message.
 *
 * @param task the task, which the unique key is scoped to
 * @param idempotencyKey one kept message in the directory; null for none
 * @param uniqueKey one live message of the task; null for none
 */
public record Keys(String task, @Nullable String idempotencyKey, @Nullable String uniqueKey) {

	/**
	 * Returns whether there is none.
	 * @return true for a message without keys
	 */
	public boolean isEmpty() {
		return this.idempotencyKey == null && this.uniqueKey == null;
	}

}
