package io.github.queuesqlite.benchmark;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.benchmark.measure.Samples;
import io.github.queuesqlite.store.sqlite.RawShard;

/** What one JDBC connection does at several sizes of a transaction. */
final class RawSection implements Section {

	private static final int[] ROWS = { 1, 10, 100, 1000 };

	private static final int BIG = 1000;

	@Override
	public void measure(Bench bench) throws Exception {
		Path directory = bench.workspace().next("raw");
		try (RawShard shard = RawShard.create(directory, Load.PAYLOAD_BYTES)) {
			fill(shard, bench);
			for (int rows : ROWS) {
				int transactions = bench.count(40_000, 10_000) / rows;
				bench.report().add(rates(shard, rows, Math.max(3, Math.min(transactions, 500)), bench.runs()));
			}
		}
		Workspace.delete(directory);
	}

	/** Completes messages until more of them would be pruned. */
	static void fill(RawShard shard, Bench bench) throws SQLException {
		int most = bench.count(1000, 1000);
		for (int i = 0; i < most && !shard.isPruning(); i++) {
			shard.live(BIG);
		}
		shard.finish(BIG);
	}

	private static RawRates rates(RawShard shard, int rows, int transactions, int runs) throws SQLException {
		List<Double> insert = new ArrayList<>();
		List<Double> claim = new ArrayList<>();
		List<Double> finish = new ArrayList<>();
		List<Double> life = new ArrayList<>();
		for (int run = 0; run < runs; run++) {
			insert.add(rate(() -> shard.insert(rows), rows, transactions));
			claim.add(rate(() -> shard.claim(rows), rows, transactions));
			finish.add(rate(() -> shard.finish(rows), rows, transactions));
			life.add(life(shard, rows, transactions));
		}
		return new RawRates(rows, Samples.median(insert), Samples.median(claim), Samples.median(finish),
				Samples.median(life));
	}

	/** Returns whole lives a second; leaves nothing behind. */
	static double life(RawShard shard, int rows, int transactions) throws SQLException {
		double rate = rate(() -> shard.live(rows), rows, transactions);
		shard.finish(rows);
		return rate;
	}

	private static double rate(Transaction transaction, int rows, int transactions) throws SQLException {
		long start = System.nanoTime();
		for (int i = 0; i < transactions; i++) {
			transaction.run();
		}
		return Load.rate((long) rows * transactions, start);
	}

	/** One transaction. */
	@FunctionalInterface
	private interface Transaction {

		void run() throws SQLException;

	}

}
