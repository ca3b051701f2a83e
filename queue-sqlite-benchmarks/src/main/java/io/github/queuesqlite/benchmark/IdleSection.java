package io.github.queuesqlite.benchmark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What a started queue costs while nothing happens. */
final class IdleSection implements Section {

	static final String NAME = "idle";

	@Override
	public void measure(Bench bench) throws Exception {
		Path directory = bench.workspace().next("idle");
		List<Double> percents = new ArrayList<>();
		int runs = bench.settings().quick() ? 1 : 3;
		for (int run = 0; run < runs; run++) {
			percents.add(Objects
				.requireNonNull(Child.run("idle", directory, bench.count(20_000, 10_000)).get("cpuPercent")));
		}
		Workspace.delete(directory);
		bench.add(Figure.of(NAME, "CPU of an idle queue", "% of a core", percents, Figure.Goal.atMost(0.5), ""));
	}

}
