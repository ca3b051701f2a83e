package io.github.queuesqlite.benchmark.measure;

import java.util.Arrays;
import java.util.List;

/** Values in rising order. */
public final class Samples {

	private final double[] sorted;

	private Samples(double[] values) {
		this.sorted = values;
		Arrays.sort(this.sorted);
	}

	/**
	 * Sorts a copy.
	 * @param values in any order
	 * @return them
	 */
	public static Samples of(double... values) {
		return new Samples(values.clone());
	}

	/**
	 * Sorts a copy.
	 * @param values in any order
	 * @return them
	 */
	public static Samples of(List<Double> values) {
		return new Samples(values.stream().mapToDouble(Double::doubleValue).toArray());
	}

	/**
	 * Returns the middle one.
	 * @param values at least one
	 * @return the lower of the two middle ones where their number is even
	 */
	public static double median(List<Double> values) {
		return of(values).percentile(50);
	}

	/**
	 * Returns how many there are.
	 * @return 0 or more
	 */
	public int size() {
		return this.sorted.length;
	}

	/**
	 * Returns the smallest value that so many percent of the values do not exceed; of an
	 * odd number of values the 50th is the median.
	 * @param percent 0 to 100
	 * @return one of the values
	 */
	public double percentile(double percent) {
		int rank = (int) Math.ceil(percent / 100 * this.sorted.length);
		return this.sorted[Math.max(0, rank - 1)];
	}

}
