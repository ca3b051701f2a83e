package io.github.queuesqlite.benchmark;

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

	void add(Figure figure) {
		this.report.add(figure);
	}

	void add(String section, String name, List<Double> rates, Figure.@Nullable Goal goal, String beside) {
		add(Figure.of(section, name, "/s", rates, goal, beside));
	}

}
