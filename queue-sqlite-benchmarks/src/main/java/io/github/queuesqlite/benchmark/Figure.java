package io.github.queuesqlite.benchmark;

import java.util.List;

import io.github.queuesqlite.benchmark.measure.Samples;
import org.jspecify.annotations.Nullable;

/**
 * One measured thing.
 *
 * @param section the section it belongs to
 * @param name what it is, for people
 * @param unit of value and goal
 * @param runs each run's value
 * @param value their median
 * @param goal what it should be
 * @param beside the raw figure of the same run, in words
 */
record Figure(String section, String name, String unit, List<Double> runs, double value, @Nullable Goal goal,
		String beside) {

	static Figure of(String section, String name, String unit, List<Double> runs, @Nullable Goal goal, String beside) {
		return new Figure(section, name, unit, List.copyOf(runs), Samples.median(runs), goal, beside);
	}

	/** Returns a number with about three digits. */
	static String number(double value) {
		double size = Math.abs(value);
		return ((size >= 1000) ? "%,.0f" : (size >= 20) ? "%.0f" : (size >= 0.1) ? "%.2f" : "%.5f").formatted(value);
	}

	/** Returns whether the goal is met; null without one. */
	@Nullable Boolean isMet() {
		return (this.goal != null) ? this.goal.isMet(this.value) : null;
	}

	/**
	 * A bound.
	 *
	 * @param atLeast whether more is better
	 * @param bound in the figure's unit
	 */
	record Goal(boolean atLeast, double bound) {

		static Goal atLeast(double bound) {
			return new Goal(true, bound);
		}

		static Goal atMost(double bound) {
			return new Goal(false, bound);
		}

		boolean isMet(double value) {
			return this.atLeast ? value >= this.bound : value <= this.bound;
		}

	}

}
