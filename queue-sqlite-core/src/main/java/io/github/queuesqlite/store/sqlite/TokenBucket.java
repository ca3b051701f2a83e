package io.github.queuesqlite.store.sqlite;

import io.github.queuesqlite.store.TokenState;

/**
 * What has come in of one rate and was not given. Counted in parts, a token has as many
 * as its period has milliseconds: so nothing is ever rounded.
 *
 * @param count how many tokens come in
 * @param period in so many milliseconds
 * @param parts what is there
 * @param at when that was so, epoch milliseconds
 */
record TokenBucket(long count, long period, long parts, long at) {

	/**
	 * What comes in while nobody takes any is kept for so long, and one token for ever.
	 */
	private static final long BURST_MILLIS = 100;

	/**
	 * How many parts there are at most: in here, and in the hands of those with tokens.
	 */
	static long most(long count, long period) {
		return Math.max(period, count * BURST_MILLIS);
	}

	/** What there is of a rate that nobody has used for long. */
	static TokenBucket full(long count, long period, long now) {
		return new TokenBucket(count, period, most(count, period), now);
	}

	private long room(int held) {
		return Math.max(0, most(this.count, this.period) - held * this.period);
	}

	/**
	 * Adds what has come in. A clock that was set back gives nothing, one that was set
	 * ahead no more than there is room for.
	 * @param held how many tokens are in anybody's hands
	 * @param now the time
	 */
	TokenBucket filled(int held, long now) {
		long room = room(held);
		long millis = Math.min(Math.max(0, now - this.at), room / this.count + 1);
		return new TokenBucket(this.count, this.period, Math.min(room, this.parts + millis * this.count), now);
	}

	/** Puts tokens back; {@code held} are in anybody's hands now. */
	TokenBucket with(int tokens, int held) {
		return parts(Math.min(room(held), this.parts + tokens * this.period));
	}

	/** How many are given at once: not all, since others may want some. */
	int some() {
		long block = Math.max(1, most(this.count, this.period) / this.period / 2);
		return (int) Math.min(block, this.parts / this.period);
	}

	TokenBucket without(int tokens) {
		return parts(this.parts - tokens * this.period);
	}

	boolean isFull() {
		return this.parts >= room(0);
	}

	/** Returns after how many milliseconds it is full if nobody takes any. */
	long untilFull() {
		return Math.max(0, (room(0) - this.parts + this.count - 1) / this.count);
	}

	private TokenBucket parts(long parts) {
		return new TokenBucket(this.count, this.period, parts, this.at);
	}

	/**
	 * Returns after how many milliseconds there is a token.
	 * @param held how many are in anybody's hands
	 */
	long untilNext(int held) {
		if (room(held) < this.period) {
			return TokenState.UNKNOWN;
		}
		return Math.max(0, (this.period - this.parts + this.count - 1) / this.count);
	}

}
