package io.github.queuesqlite.store;

import org.jspecify.annotations.Nullable;

/**
 * A key that is reserved in its home when its message is in another shard.
 *
 * @param task the task of a unique key; null for an idempotency key
 * @param key the key
 */
public record ReservedKey(@Nullable String task, String key) {

	/** Nothing that a task's name may hold. */
	private static final String MARK = "\0";

	static ReservedKey ofIdempotency(String key) {
		return new ReservedKey(null, key);
	}

	static ReservedKey ofUnique(String task, String key) {
		return new ReservedKey(task, key);
	}

	/**
	 * Reads a name.
	 * @param name what {@link #name()} gave
	 * @return the key
	 */
	public static ReservedKey ofName(String name) {
		if (!name.startsWith(MARK)) {
			return ofIdempotency(name);
		}
		int end = name.indexOf(MARK, 1);
		return (end <= 1) ? ofIdempotency(name.substring(Math.max(end, 0) + 1))
				: ofUnique(name.substring(1, end), name.substring(end + 1));
	}

	/**
	 * Returns the name under which it stands in the file.
	 * @return of an idempotency key mostly the key itself; no two keys have the same
	 */
	public String name() {
		if (this.task != null) {
			return MARK + this.task + MARK + this.key;
		}
		return this.key.startsWith(MARK) ? MARK + MARK + this.key : this.key;
	}

	/**
	 * Returns whether a message that exists has the key; of a damaged one nobody can
	 * tell.
	 */
	boolean isHeldBy(StoredMessage message) {
		if (this.task == null) {
			return message.damaged() || this.key.equals(message.idempotencyKey());
		}
		return !message.state().isEnded()
				&& (message.damaged() || (this.task.equals(message.task()) && this.key.equals(message.uniqueKey())));
	}

}
