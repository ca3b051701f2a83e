package io.github.queuesqlite.benchmark;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Threads that each wait for the commit of one message before they put in the next:
 * without handlers, and with all messages handled meanwhile.
 */
final class ProducersSection implements Section {

	static final String NAME = "producers";

	private static final int[] PRODUCERS = { 1, 8, 64 };

	private static final int[] GOALS = { 4000, 20_000, 60_000 };

	@Override
	public void measure(Bench bench) throws Exception {
		measure(bench, false);
		measure(bench, true);
	}

	private static void measure(Bench bench, boolean handled) throws Exception {
		Path directory = bench.workspace().next("producers");
		Duration window = Duration.ofMillis(bench.count(1500, 400));
		List<List<Double>> rates = new ArrayList<>();
		try (Load load = Load.open(directory, 2)) {
			if (handled) {
				load.start();
			}
			for (int producers : PRODUCERS) {
				load.blocking(producers, window);
				List<Double> some = new ArrayList<>();
				for (int run = 0; run < bench.runs(); run++) {
					some.add(load.blocking(producers, window));
					if (handled) {
						load.operations().drain(Load.PATIENCE);
					}
				}
				rates.add(some);
			}
		}
		Workspace.delete(directory);
		for (int i = 0; i < PRODUCERS.length; i++) {
			bench.add(NAME, name(PRODUCERS[i], handled), rates.get(i), goal(i, handled),
					(PRODUCERS[i] == 1) ? bench.report().besideInsert(1) : "");
		}
	}

	static String name(int producers, boolean handled) {
		return "blocking enqueue, " + producers + ((producers == 1) ? " producer" : " producers")
				+ (handled ? ", messages handled meanwhile" : "");
	}

	private static Figure.@Nullable Goal goal(int index, boolean handled) {
		return handled ? null : Figure.Goal.atLeast(GOALS[index]);
	}

}
