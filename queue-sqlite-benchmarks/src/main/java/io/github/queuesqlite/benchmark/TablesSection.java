package io.github.queuesqlite.benchmark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Putting in, claiming and completing on an empty file and on one full of messages that
 * none of it concerns, in turns.
 */
final class TablesSection implements Section {

	static final String NAME = "tables";

	@Override
	public void measure(Bench bench) throws Exception {
		Path empty = bench.workspace().next("tables-empty");
		Path full = bench.workspace().next("tables-full");
		int completed = bench.count(1_000_000, 200_000);
		int delayed = bench.count(500_000, 100_000);
		int unknown = bench.count(100_000, 20_000);
		int messages = bench.count(20_000, 10_000);
		FullTable.Rows rows = new FullTable.Rows(completed, delayed, unknown, 0);
		FullTable.create(full, rows);
		List<Double> insert = new ArrayList<>();
		List<Double> claim = new ArrayList<>();
		List<Double> complete = new ArrayList<>();
		try (StoreLoad one = new StoreLoad(empty); StoreLoad other = new StoreLoad(full)) {
			one.run(messages);
			other.run(messages);
			for (int run = 0; run < bench.runs(); run++) {
				StoreLoad.Times cheap = one.run(messages);
				StoreLoad.Times dear = other.run(messages);
				insert.add(dear.insert() / cheap.insert());
				claim.add(dear.claim() / cheap.claim());
				complete.add(dear.complete() / cheap.complete());
			}
		}
		Workspace.delete(empty);
		Workspace.delete(full);
		add(bench, "claim beside " + rows + ": times that of an empty file", claim, Figure.Goal.atMost(1.2));
		add(bench, "insert, as above", insert, Figure.Goal.atMost(1.2));
		add(bench, "complete, as above", complete, Figure.Goal.atMost(1.2));
	}

	private static void add(Bench bench, String name, List<Double> ratios, Figure.Goal goal) {
		bench.add(Figure.of(NAME, name, "", ratios, goal, ""));
	}

}
