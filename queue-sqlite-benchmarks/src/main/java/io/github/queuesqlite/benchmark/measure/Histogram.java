package io.github.queuesqlite.benchmark.measure;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How often each duration was seen, to about 2 %.
 * <p>
 * <b>Threads:</b> all may add and read at once.
 */
public final class Histogram {

	private static final int BITS = 6;

	private static final int STEPS = 1 << BITS;

	private final AtomicLongArray counts = new AtomicLongArray(64 * STEPS);

	/**
	 * Counts a duration.
	 * @param nanos negative ones count as none
	 */
	public void add(long nanos) {
		this.counts.incrementAndGet(index(Math.max(0, nanos)));
	}

	/** Forgets all durations. */
	public void clear() {
		for (int i = 0; i < this.counts.length(); i++) {
			this.counts.set(i, 0);
		}
	}

	/**
	 * Returns how many durations there are.
	 * @return 0 or more
	 */
	public long count() {
		long count = 0;
		for (int i = 0; i < this.counts.length(); i++) {
			count += this.counts.get(i);
		}
		return count;
	}

	/**
	 * Returns the duration that so many percent do not exceed.
	 * @param percent 0 to 100
	 * @return milliseconds, NaN where there are none
	 */
	public double millis(double percent) {
		long rank = Math.max(1, (long) Math.ceil(percent / 100 * count()));
		for (int i = 0; i < this.counts.length(); i++) {
			rank -= this.counts.get(i);
			if (rank <= 0) {
				return highest(i) / 1e6;
			}
		}
		return Double.NaN;
	}

	/** Exact below twice the steps, then so many steps for each power of two. */
	private static int index(long nanos) {
		int shift = Math.max(0, 63 - Long.numberOfLeadingZeros(nanos | 1) - BITS);
		return shift * STEPS + (int) (nanos >>> shift);
	}

	/** The longest duration of a step. */
	private static long highest(int index) {
		int shift = Math.max(0, index / STEPS - 1);
		return ((index - (long) shift * STEPS + 1) << shift) - 1;
	}

}
