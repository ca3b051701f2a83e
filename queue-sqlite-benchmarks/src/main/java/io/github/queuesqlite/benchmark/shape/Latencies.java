package io.github.queuesqlite.benchmark.shape;

import io.github.queuesqlite.benchmark.measure.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * How long something took, in milliseconds.
 *
 * @param p50 half of the times were no longer
 * @param p95 as above
 * @param p99 as above
 * @param p999 as above, 999 of 1,000
 */
public record Latencies(double p50, double p95, double p99, double p999) {

	/** Returns null where it did not happen. */
	static @Nullable Latencies of(Histogram histogram) {
		if (histogram.count() == 0) {
			return null;
		}
		return new Latencies(histogram.millis(50), histogram.millis(95), histogram.millis(99), histogram.millis(99.9));
	}

}
