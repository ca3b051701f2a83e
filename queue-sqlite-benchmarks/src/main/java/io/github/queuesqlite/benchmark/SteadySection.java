package io.github.queuesqlite.benchmark;

import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;

import io.github.queuesqlite.benchmark.measure.Samples;
import io.github.queuesqlite.benchmark.shape.SteadyRun;
import io.github.queuesqlite.benchmark.shape.SteadyRun.Second;

/** The base case for ten minutes: whether it goes on as it begins. */
final class SteadySection implements Section {

	static final String NAME = "steady";

	/** A checkpoint or a pruning that matters is seen in the mean of so many seconds. */
	private static final int SMOOTH = 5;

	private static final int PARTS = 10;

	@Override
	public void measure(Bench bench) throws Exception {
		Path directory = bench.workspace().next("steady");
		int seconds = Math.max(SMOOTH, bench.count(600, 10));
		List<Second> noted = SteadyRun.measure(directory, bench.window(10_000, 1000), seconds);
		Workspace.delete(directory);
		noted.forEach((second) -> bench.report().add(NAME, second));
		bench.report().add(table(noted));
		bench.report()
			.addFurther(Figure.of(NAME, "%,d s at maximum: depth of the deepest sawtooth".formatted(seconds), "",
					List.of(depth(noted.stream().map(Second::rate).toList())), Figure.Goal.atMost(0.2), ""));
	}

	/** How far the lowest mean of five seconds is below the median second. */
	static double depth(List<Double> rates) {
		double lowest = Double.MAX_VALUE;
		for (int i = 0; i + SMOOTH <= rates.size(); i++) {
			double mean = rates.subList(i, i + SMOOTH).stream().mapToDouble(Double::doubleValue).sum() / SMOOTH;
			lowest = Math.min(lowest, mean);
		}
		return Math.max(0, 1 - lowest / Samples.median(rates));
	}

	private static Table table(List<Second> noted) {
		Table table = Table.of(NAME, "", "Seconds", "Messages/s, median", "lowest second", "highest second",
				"Files, MB", "Write-ahead logs, MB");
		int step = Math.max(1, noted.size() / PARTS);
		for (int from = 0; from < noted.size(); from += step) {
			List<Second> part = noted.subList(from, Math.min(noted.size(), from + step));
			Samples rates = samples(part, Second::rate);
			table.row("%d to %d".formatted(from, from + part.size()), rates.percentile(50), rates.percentile(0),
					rates.percentile(100), samples(part, Second::filesMb).percentile(100),
					samples(part, Second::logsMb).percentile(100));
		}
		return table;
	}

	private static Samples samples(List<Second> seconds, ToDoubleFunction<Second> value) {
		return Samples.of(seconds.stream().map((second) -> value.applyAsDouble(second)).toList());
	}

}
