package io.github.queuesqlite.worker;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.store.Claimer;
import io.github.queuesqlite.store.StoredMessage;

/**
 * What the shards were promised room for in a lane and what they answered: which may have
 * more, which had less, and whether they should be asked again.
 * <p>
 * <b>Threads:</b> guarded by the lane's lock.
 */
final class Demand {

	/** Promised when another shard is to ask first: it and this one are told to. */
	static final int LATER = -1;

	/** How long a shard waits for one with better messages. */
	static final long YIELD_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

	/**
	 * Nobody waits any more when it did not ask again for so long: twice the time that it
	 * waits, and once more since it may ask just too early.
	 */
	static final long FORGET_NANOS = 3 * YIELD_NANOS;

	/** How long a shard waits for one that is as good and whose turn it is. */
	static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	private final boolean takingTurns;

	/** What each shard was told and has not answered. */
	private int[] promised = new int[2];

	private int promisedInAll;

	/** The highest priority that may be ready in each shard. */
	private int[] best = { Integer.MIN_VALUE, Integer.MIN_VALUE };

	/** Since when shards were made to wait for a better one; 0 when none was. */
	private long yieldingSince;

	/** Shards that may have more than they were asked for. */
	private long unserved;

	/** Shards that had less than they were asked for. */
	private long dry;

	/** Whether a suspect waits in a shard for room here. */
	private boolean suspectWaits;

	/** Whether the writers were told of free room and have not asked yet. */
	private boolean poked;

	/** Which shard gave messages last; -1 for none. */
	private int latest = -1;

	/** Shards with better messages go first. */
	Demand() {
		this(false);
	}

	/**
	 * Creates a demand of nothing.
	 * @param takingTurns whether shards that are equally good take turns while there is
	 * room for some only
	 */
	Demand(boolean takingTurns) {
		this.takingTurns = takingTurns;
	}

	/** Forgets who may have more. */
	void reset() {
		this.unserved = 0;
		this.dry = 0;
		this.poked = false;
	}

	/** Returns how many messages were promised room and have not come. */
	int promised() {
		return this.promisedInAll;
	}

	/** A shard asks. */
	void asks(int shard, int bestReady) {
		answered(shard);
		this.best[shard] = bestReady;
		this.poked = false;
	}

	/**
	 * A shard says what it has before it asks; what it was promised is void.
	 * @param bestReady the least int for nothing
	 * @return whether it has nothing and seemed to have something
	 */
	boolean isNothingMore(int shard, int bestReady) {
		long bit = 1L << shard;
		boolean before = answered(shard) > 0 || (this.unserved & bit) != 0;
		this.best[shard] = bestReady;
		if (bestReady == Integer.MIN_VALUE) {
			this.unserved &= ~bit;
			return before;
		}
		this.unserved |= bit;
		this.poked = false;
		return false;
	}

	/** A shard that asks gets nothing now, but later: it is to be told again. */
	void putOff(int shard) {
		this.unserved |= 1L << shard;
		this.poked = false;
	}

	/**
	 * Promises room to a shard that asks.
	 * @param room for how many messages there is room
	 * @param scarce whether that is free permits only
	 * @param now monotonic nanoseconds
	 * @return for how many, 0 without room, {@link #LATER} when another shard is to ask
	 * first
	 */
	int promise(int shard, int room, boolean scarce, long now) {
		if (room <= 0) {
			putOff(shard);
			return 0;
		}
		// The other one may have nothing any more: then nobody else would ask again.
		if (isAnotherFirst(1L << shard) || (scarce && isBetterElsewhere(shard, now + 1))) {
			putOff(shard);
			this.poked = true;
			return LATER;
		}
		this.yieldingSince = 0;
		int promise = Math.min(room, Claimer.MOST_MESSAGES);
		this.promised[shard] = promise;
		this.promisedInAll += promise;
		return promise;
	}

	/** A shard that had nothing lets one go first that was turned away meanwhile. */
	private boolean isAnotherFirst(long bit) {
		boolean another = (this.dry & bit) != 0 && (this.unserved & ~this.dry & ~bit) != 0;
		this.dry &= ~bit;
		return another;
	}

	/**
	 * Lets the shard with the best messages go first while there are permits for some
	 * only; not for long, since it may not be able to answer.
	 */
	private boolean isBetterElsewhere(int shard, long now) {
		long patience = 0;
		for (int other = 0; other < this.best.length; other++) {
			if (other != shard && (this.unserved & (1L << other)) != 0 && this.promised[other] == 0) {
				patience = Math.max(patience, patience(shard, other));
			}
		}
		if (patience == 0) {
			return false;
		}
		if (this.yieldingSince == 0) {
			this.yieldingSince = now;
		}
		if (now - this.yieldingSince < patience) {
			return true;
		}
		this.unserved &= 1L << shard;
		return false;
	}

	/** How long a shard lets another one go first. */
	private long patience(int shard, int other) {
		if (this.best[other] > this.best[shard]) {
			return YIELD_NANOS;
		}
		boolean turn = this.takingTurns && shard == this.latest && this.best[other] == this.best[shard];
		return turn ? TURN_NANOS : 0;
	}

	/**
	 * A shard answers with what it had.
	 * @param messages best first
	 * @param taken for how many there is less room now: a batch needs no more than one
	 */
	void answered(int shard, List<StoredMessage> messages, int taken) {
		int rows = messages.size();
		int promise = answered(shard);
		boolean less = taken < promise && rows < Claimer.MOST_MESSAGES;
		this.best[shard] = (rows > 0 && !less) ? messages.get(rows - 1).priority() : Integer.MIN_VALUE;
		this.latest = (rows > 0) ? shard : this.latest;
		long bit = 1L << shard;
		if (less) {
			this.dry |= bit;
			this.unserved &= ~bit;
		}
		else {
			this.dry &= ~bit;
			this.unserved |= bit;
		}
	}

	/** A shard is out of use: it has nothing any more. */
	void quarantined(int shard) {
		answered(shard);
		this.best[shard] = Integer.MIN_VALUE;
		this.unserved &= ~(1L << shard);
		this.dry |= 1L << shard;
	}

	private int answered(int shard) {
		if (shard >= this.promised.length) {
			this.promised = Arrays.copyOf(this.promised, shard + 1);
			this.best = Arrays.copyOf(this.best, shard + 1);
		}
		int promise = this.promised[shard];
		this.promised[shard] = 0;
		this.promisedInAll -= promise;
		return promise;
	}

	/** A shard asks whether there is room for its suspect. */
	boolean isRoomForSuspect(int room) {
		this.poked = false;
		this.suspectWaits = room <= 0;
		return !this.suspectWaits;
	}

	/**
	 * Returns whether the shards are to ask again, and takes it that they are told.
	 * @param room for how many messages there is room
	 * @param kept how much of that is for a suspect only
	 * @param ahead how many are claimed ahead at most
	 * @param except shards that ask anyway
	 */
	boolean isToAskAgain(int room, int kept, int ahead, long except) {
		if (this.suspectWaits && room > 0) {
			this.suspectWaits = false;
			return true;
		}
		if (this.poked || (this.unserved & ~except) == 0 || room - kept <= ahead / 2) {
			return false;
		}
		this.poked = true;
		return true;
	}

	/** Returns whether a shard may have more than it was asked for. */
	boolean isUnserved() {
		return this.unserved != 0;
	}

	/**
	 * Returns whether a shard waits for a better one. That one did not ask so far:
	 * whoever waits for it asks again.
	 */
	boolean isYielding(long now) {
		if (this.yieldingSince == 0) {
			return false;
		}
		this.poked = false;
		this.yieldingSince = (now - this.yieldingSince < FORGET_NANOS) ? this.yieldingSince : 0;
		return true;
	}

}
