package io.github.queuesqlite.benchmark;

import java.util.Arrays;
import java.util.List;

/** Values in rising order. */
final class Samples {

	private final double[] sorted;

	private Samples(double[] values) {
		this.sorted = values;
		Arrays.sort(this.sorted);
	}

	static Samples of(double... values) {
		return new Samples(values.clone());
	}

	static Samples of(List<Double> values) {
		return new Samples(values.stream().mapToDouble(Double::doubleValue).toArray());
	}

	static double median(List<Double> values) {
		return of(values).percentile(50);
	}

	int size() {
		return this.sorted.length;
	}

	/**
	 * Returns the smallest value that so many percent of the values do not exceed; of an
	 * odd number of values the 50th is the median.
	 */
	double percentile(double percent) {
		int rank = (int) Math.ceil(percent / 100 * this.sorted.length);
		return this.sorted[Math.max(0, rank - 1)];
	}

}
