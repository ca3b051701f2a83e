package io.github.queuesqlite.dashboard;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLongArray;

import org.jspecify.annotations.Nullable;

/**
 * How long messages have waited from when they were due to the start of their handler:
 * counted by size, each at most a quarter greater than the one before.
 */
final class StartDelays {

	/** Microseconds up to 2^40: twelve days. */
	private static final int SIZES = 41 * 4;

	private final AtomicLongArray counts = new AtomicLongArray(SIZES);

	void add(Duration delay) {
		this.counts.incrementAndGet(size(Math.max(0, delay.toNanos() / 1000)));
	}

	long[] read() {
		long[] read = new long[SIZES];
		for (int i = 0; i < SIZES; i++) {
			read[i] = this.counts.get(i);
		}
		return read;
	}

	long[] readAndReset() {
		long[] read = new long[SIZES];
		for (int i = 0; i < SIZES; i++) {
			read[i] = (this.counts.get(i) != 0) ? this.counts.getAndSet(i, 0) : 0;
		}
		return read;
	}

	private static int size(long micros) {
		if (micros < 4) {
			return (int) micros;
		}
		int power = 63 - Long.numberOfLeadingZeros(micros);
		int quarter = (int) (micros >> (power - 2)) & 3;
		return Math.min(power * 4 + quarter, SIZES - 1);
	}

	private static long upTo(int size) {
		int power = size / 4;
		return (size < 8) ? Math.min(size + 1, 4) : (long) (5 + size % 4) << (power - 2);
	}

	/**
	 * Tells what part of the delays stayed under.
	 * @param counts the delays
	 * @param part 0 to 1
	 * @return milliseconds; null when there are no delays
	 */
	static @Nullable Double quantile(long[] counts, double part) {
		long all = 0;
		for (long count : counts) {
			all += count;
		}
		long wanted = (long) Math.ceil(all * part);
		long seen = 0;
		for (int i = 0; i < counts.length; i++) {
			seen += counts[i];
			if (seen >= wanted && seen > 0) {
				return upTo(i) / 1000.0;
			}
		}
		return null;
	}

}
