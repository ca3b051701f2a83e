package io.github.queuesqlite.benchmark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.github.queuesqlite.benchmark.measure.Samples;

/** What a started queue costs while nothing happens, beside a JVM that only sleeps. */
final class IdleSection implements Section {

	static final String NAME = "idle";

	static final String CPU = "CPU of an idle queue";

	private static final String PERCENT = "% of a core";

	@Override
	public void measure(Bench bench) throws Exception {
		Path directory = bench.workspace().next("idle");
		List<Double> idle = new ArrayList<>();
		List<Double> bare = new ArrayList<>();
		int runs = bench.settings().quick() ? 1 : 3;
		int millis = bench.count(20_000, 10_000);
		for (int run = 0; run < runs; run++) {
			bare.add(percent("bare", directory, millis));
			idle.add(percent("idle", directory, millis));
		}
		Workspace.delete(directory);
		bench.add(Figure.of(NAME, CPU, PERCENT, idle, Figure.Goal.atMost(0.5),
				"a JVM that only sleeps: %.2f %%".formatted(Samples.median(bare))));
		bench.add(Figure.of(NAME, "CPU of a JVM that only sleeps", PERCENT, bare, null, ""));
	}

	private static double percent(String job, Path directory, int millis) throws Exception {
		return Objects.requireNonNull(Child.run(job, directory, millis).get("cpuPercent"));
	}

}
