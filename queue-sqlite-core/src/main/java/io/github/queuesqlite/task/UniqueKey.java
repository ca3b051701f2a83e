package io.github.queuesqlite.task;

import org.jspecify.annotations.Nullable;

/**
 * Makes the unique key of messages whose sender sets none. It holds where the task is
 * registered: a process that only enqueues must set the key itself.
 * <p>
 * <b>Threads:</b> called on the thread of the enqueue, by several at once.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface UniqueKey {

	/**
	 * Returns the key of a message.
	 * @param payload what the sender handed in; null for none
	 * @param codec the name of the codec that has written it; null for none
	 * @param body the bytes that are stored; null for none. Not to be changed
	 * @return 1 to 500 characters; null for a message without a unique key
	 */
	@Nullable String of(@Nullable Object payload, @Nullable String codec, byte @Nullable [] body);

	/**
	 * Equal bodies, one key: JSON is equal whatever the order of its properties, all else
	 * byte by byte.
	 * @return a key that is a SHA-256 hash of the body
	 */
	static UniqueKey ofBody() {
		return BodyHash::of;
	}

}
