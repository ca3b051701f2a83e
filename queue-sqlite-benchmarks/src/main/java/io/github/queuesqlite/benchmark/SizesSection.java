package io.github.queuesqlite.benchmark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.benchmark.FullTable.Rows;
import io.github.queuesqlite.benchmark.measure.Samples;

/**
 * Putting in, claiming and completing on files that hold many messages, each in turns
 * with an empty one.
 */
final class SizesSection implements Section {

	static final String NAME = "sizes";

	private static final int MILLION = 1_000_000;

	@Override
	public void measure(Bench bench) throws Exception {
		Table table = Table.of(NAME, "Times those of an empty file", "", "Insert", "Claim", "Complete", "File, MB");
		compare(bench, table, new Rows(rows(bench, MILLION), 0, 0, 0));
		compare(bench, table, new Rows(0, rows(bench, MILLION / 2), 0, 0));
		compare(bench, table, new Rows(0, 0, 0, rows(bench, MILLION)));
		Rows most = new Rows(rows(bench, 10 * MILLION), rows(bench, MILLION / 2), 0, 0);
		Ratios ratios = compare(bench, table, most);
		bench.report().add(table);
		further(bench, most, "claim", ratios.claim);
		further(bench, most, "enqueue", ratios.insert);
	}

	private static int rows(Bench bench, int full) {
		return bench.count(full, full / 20);
	}

	private static Ratios compare(Bench bench, Table table, Rows rows) throws Exception {
		Path empty = bench.workspace().next("sizes-empty");
		Path full = bench.workspace().next("sizes-full");
		int messages = bench.count(20_000, 4000);
		FullTable.create(full, rows);
		double megabytes = full.resolve("queue_shard_0.db").toFile().length() / (double) (1 << 20);
		Ratios ratios = new Ratios();
		try (StoreLoad one = new StoreLoad(empty); StoreLoad other = new StoreLoad(full)) {
			one.run(messages);
			other.run(messages);
			for (int run = 0; run < bench.runs(); run++) {
				ratios.add(other.run(messages), one.run(messages));
			}
		}
		Workspace.delete(empty);
		Workspace.delete(full);
		table.row(rows.toString(), Samples.median(ratios.insert), Samples.median(ratios.claim),
				Samples.median(ratios.complete), megabytes);
		return ratios;
	}

	private static void further(Bench bench, Rows rows, String what, List<Double> ratios) {
		bench.report()
			.addFurther(Figure.of(NAME, what + " beside " + rows + ": times that of an empty file", "", ratios,
					Figure.Goal.atMost(1.05), ""));
	}

	/** Each run's times divided by those of the neighbouring run. */
	private static final class Ratios {

		private final List<Double> insert = new ArrayList<>();

		private final List<Double> claim = new ArrayList<>();

		private final List<Double> complete = new ArrayList<>();

		void add(StoreLoad.Times dear, StoreLoad.Times cheap) {
			this.insert.add(dear.insert() / cheap.insert());
			this.claim.add(dear.claim() / cheap.claim());
			this.complete.add(dear.complete() / cheap.complete());
		}

	}

}
