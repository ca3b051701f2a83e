package io.github.queuesqlite.store;

/**
 * The parts of an id: 41 bits of milliseconds since 2024-01-01 UTC, 6 bits shard, 5 bits
 * slot, 11 bits sequence.
 */
public final class IdLayout {

	/** 2024-01-01T00:00:00Z in epoch milliseconds. */
	public static final long BASE_MILLIS = 1_704_067_200_000L;

	/** Most shards that an id can name. */
	public static final int MAX_SHARDS = 64;

	/** Most instances that can hand in at once. */
	public static final int MAX_SLOTS = 32;

	static final int SEQUENCE_BITS = 11;

	static final int SLOT_SHIFT = SEQUENCE_BITS;

	static final int SHARD_SHIFT = SLOT_SHIFT + 5;

	static final int TIME_SHIFT = SHARD_SHIFT + 6;

	static final int MAX_SEQUENCE = (1 << SEQUENCE_BITS) - 1;

	/**
	 * Up to where ids follow the clock: the time of an id ends in 2093, what is behind
	 * this (2089) is kept to count on when a clock is wrong.
	 */
	static final long LAST_CLOCK_TICK = (1L << 41) - (1L << 37);

	private IdLayout() {
	}

	static long id(long tick, int shard, int slot, int sequence) {
		return (tick << TIME_SHIFT) | ((long) shard << SHARD_SHIFT) | ((long) slot << SLOT_SHIFT) | sequence;
	}

	/**
	 * Returns what all ids of a time and later reach.
	 * @param millis epoch milliseconds
	 * @return 0 or more
	 */
	public static long first(long millis) {
		return id(Math.max(0, millis - BASE_MILLIS), 0, 0, 0);
	}

	/**
	 * Returns the shard that an id names.
	 * @param id an id
	 * @return 0 to 63
	 */
	public static int shard(long id) {
		return (int) (id >>> SHARD_SHIFT) & (MAX_SHARDS - 1);
	}

	/**
	 * Returns the milliseconds of an id.
	 * @param id an id
	 * @return since 2024-01-01 UTC
	 */
	public static long tick(long id) {
		return id >>> TIME_SHIFT;
	}

}
