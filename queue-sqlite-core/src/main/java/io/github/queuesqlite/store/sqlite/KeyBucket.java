package io.github.queuesqlite.store.sqlite;

import java.util.Objects;

import io.github.queuesqlite.store.TokenState;
import org.jspecify.annotations.Nullable;

/**
 * What there is for one concurrency key, while a transaction looks at it. Who is let
 * through takes a token. Until its run has begun it has it in hand, which leaves no room
 * for a new one.
 */
final class KeyBucket {

	/**
	 * Full ones are forgotten once in so long: nobody is woken for each of them.
	 */
	private static final long FORGET_MILLIS = 1000;

	private final @Nullable Long storedNextAt;

	private final boolean stored;

	private final long now;

	private TokenBucket bucket;

	private int held;

	private boolean changed;

	/**
	 * Creates it.
	 * @param bucket as it is stored, or a full one
	 * @param storedNextAt when to look again, as it is stored
	 * @param stored whether it is
	 * @param now the time
	 */
	KeyBucket(TokenBucket bucket, @Nullable Long storedNextAt, boolean stored, long now) {
		this.now = now;
		this.bucket = bucket;
		this.storedNextAt = storedNextAt;
		this.stored = stored;
	}

	/**
	 * Adds what has come in.
	 * @param held how many of the key have a token in hand
	 * @param used how many have used theirs since it was filled last
	 * @param back how many will not need theirs
	 */
	void fill(int held, int used, int back) {
		this.held = held;
		this.changed = used + back > 0;
		this.bucket = this.bucket.filled(held + used + back, this.now).with(back, held);
	}

	/** Takes a token; false when there is none. */
	boolean take() {
		if (this.bucket.some() == 0) {
			return false;
		}
		this.bucket = this.bucket.without(1);
		this.held++;
		this.changed = true;
		return true;
	}

	TokenBucket bucket() {
		return this.bucket;
	}

	/** Whether a key without a row would have the same. */
	boolean isFull() {
		return this.held == 0 && this.bucket.isFull();
	}

	/**
	 * Returns when to look again.
	 * @param waits whether somebody waits for nothing but a token
	 * @return null when somebody who has one will say so
	 */
	@Nullable Long nextAt(boolean waits) {
		if (waits) {
			long millis = this.bucket.untilNext(this.held);
			return (millis != TokenState.UNKNOWN) ? this.bucket.at() + millis : null;
		}
		if (this.held > 0) {
			return null;
		}
		return ((this.bucket.at() + this.bucket.untilFull()) / FORGET_MILLIS + 1) * FORGET_MILLIS;
	}

	boolean isStored() {
		return this.stored;
	}

	/** Whether the row has to be written. */
	boolean isNews(@Nullable Long nextAt) {
		return this.changed || !Objects.equals(nextAt, this.storedNextAt);
	}

}
