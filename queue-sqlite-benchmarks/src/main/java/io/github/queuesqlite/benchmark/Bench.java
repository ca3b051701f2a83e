package io.github.queuesqlite.benchmark;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What the sections share.
 *
 * @param settings what to measure
 * @param workspace where the files are
 * @param report what is written at the end
 */
record Bench(BenchmarkSettings settings, Workspace workspace, Report report) {

	int runs() {
		return this.settings.runs();
	}

	int count(int full, int quick) {
		return this.settings.count(full, quick);
	}

	/** Returns a time, never less than a load needs to begin. */
	Duration window(int fullMillis, int quickMillis) {
		return Duration.ofMillis(Math.max(50, count(fullMillis, quickMillis)));
	}

	/** How often a figure is taken that is one of many. */
	int rounds() {
		return this.settings.quick() ? 1 : runs();
	}

	void add(Figure figure) {
		this.report.add(figure);
	}

	void add(String section, String name, List<Double> rates, Figure.@Nullable Goal goal, String beside) {
		add(Figure.of(section, name, "/s", rates, goal, beside));
	}

}
