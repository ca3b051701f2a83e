package io.github.queuesqlite.benchmark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Messages put in by the thousand; nothing handles them. */
final class BulkSection implements Section {

	static final String NAME = "bulk";

	@Override
	public void measure(Bench bench) throws Exception {
		Path directory = bench.workspace().next("bulk");
		int window = bench.count(200_000, 50_000);
		List<Double> rates = new ArrayList<>();
		try (Load load = Load.open(directory, 2)) {
			load.bulk(window / 2);
			for (int run = 0; run < bench.runs(); run++) {
				rates.add(load.bulk(window));
			}
		}
		Workspace.delete(directory);
		bench.add(NAME, "enqueueAll of 1,000, one caller, 2 shards", rates, Figure.Goal.atLeast(150_000),
				bench.report().besideInsert(1000));
	}

}
