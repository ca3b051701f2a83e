package io.github.queuesqlite;

import io.github.queuesqlite.message.OnDuplicate;
import io.github.queuesqlite.payload.Payloads.Encoded;
import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.Keys;
import io.github.queuesqlite.store.Terms;
import org.jspecify.annotations.Nullable;

/**
 * A message that is ready for the store but for its id. Times are epoch milliseconds.
 *
 * @param keys its task and keys
 * @param onDuplicate what happens when a key is taken
 * @param queue the queue
 * @param priority higher first
 * @param createdAt when it was handed in
 * @param runAt not before
 * @param expiresAt null for never
 * @param maxAttempts null when the claiming process decides
 * @param attributes null for none
 * @param payload its bytes
 * @param terms on what terms it is stored
 */
record Draft(Keys keys, OnDuplicate onDuplicate, String queue, int priority, long createdAt, long runAt,
		@Nullable Long expiresAt, @Nullable Integer maxAttempts, @Nullable String attributes, Encoded payload,
		Terms terms) {

	Insertion withId(long id, boolean awaited) {
		return new Insertion(id, this.keys, this.queue, this.keys.task(), this.priority, this.createdAt, this.runAt,
				this.expiresAt, this.maxAttempts, this.attributes, this.payload.codec(), this.payload.bytes(), awaited,
				this.terms);
	}

	boolean isAlike(Draft other) {
		return this.queue.equals(other.queue) && this.keys.task().equals(other.keys.task());
	}

	long size() {
		byte[] bytes = this.payload.bytes();
		return ((bytes != null) ? bytes.length : 0) + ((this.attributes != null) ? this.attributes.length() : 0);
	}

}
