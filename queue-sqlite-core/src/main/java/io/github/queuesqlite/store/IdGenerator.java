package io.github.queuesqlite.store;

import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes the ids of one instance on one shard. They rise, even when the wall clock steps
 * back: the time part never goes below the greatest one used before, which the shard
 * stores. When a millisecond is used up, or the clock is beyond what an id can hold, the
 * time part counts on by itself.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
public final class IdGenerator {

	private final InstantSource clock;

	private final int shard;

	private final int slot;

	/** Time part and sequence of the latest id: {@code tick << 11 | sequence}. */
	private final AtomicLong latest;

	/**
	 * Creates a generator.
	 * @param clock wall clock
	 * @param shard the shard, 0 to 63
	 * @param slot the instance's slot, 0 to 31
	 * @param highWater greatest time part that any id of the shard may have
	 */
	public IdGenerator(InstantSource clock, int shard, int slot, long highWater) {
		this.clock = clock;
		this.shard = shard;
		this.slot = slot;
		this.latest = new AtomicLong((highWater << IdLayout.SEQUENCE_BITS) | IdLayout.MAX_SEQUENCE);
	}

	/**
	 * Returns the next id.
	 * @return greater than all before
	 */
	public long next() {
		long tick = Math.max(0, this.clock.millis() - IdLayout.BASE_MILLIS);
		long floor = Math.min(tick, IdLayout.LAST_CLOCK_TICK) << IdLayout.SEQUENCE_BITS;
		while (true) {
			long before = this.latest.get();
			long after = Math.max(before + 1, floor);
			if (this.latest.compareAndSet(before, after)) {
				return IdLayout.id(after >>> IdLayout.SEQUENCE_BITS, this.shard, this.slot,
						(int) after & IdLayout.MAX_SEQUENCE);
			}
		}
	}

}
