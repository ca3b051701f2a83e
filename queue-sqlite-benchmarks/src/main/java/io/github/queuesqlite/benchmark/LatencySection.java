package io.github.queuesqlite.benchmark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.benchmark.Figure.Goal;
import io.github.queuesqlite.store.sqlite.RawShard;
import org.jspecify.annotations.Nullable;

/** How soon a handler starts, on an idle queue and at 300 messages a second. */
final class LatencySection implements Section {

	static final String NAME = "latency";

	static final String IDLE = "idle (10/s)";

	static final String BUSY = "at 300/s";

	@Override
	public void measure(Bench bench) throws Exception {
		measure(bench, IDLE, 10, bench.count(60, 15));
		measure(bench, BUSY, 300, bench.count(1500, 600));
	}

	private static void measure(Bench bench, String when, int perSecond, int messages) throws Exception {
		Path directory = bench.workspace().next("latency");
		List<Double> commitP50 = new ArrayList<>();
		List<Double> commitP99 = new ArrayList<>();
		List<Double> callP50 = new ArrayList<>();
		List<Double> callP99 = new ArrayList<>();
		List<Double> raw = new ArrayList<>();
		Path rawDirectory = bench.workspace().next("latency-raw");
		try (PacedLoad load = new PacedLoad(directory);
				RawShard shard = RawShard.create(rawDirectory, Load.PAYLOAD_BYTES)) {
			load.run(300, bench.count(600, 300));
			PacedLoad.runRaw(shard, 300, bench.count(600, 300));
			for (int run = 0; run < bench.runs(); run++) {
				PacedLoad.Latencies latencies = load.run(perSecond, messages);
				commitP50.add(latencies.commitToStart().percentile(50));
				commitP99.add(latencies.commitToStart().percentile(99));
				callP50.add(latencies.callToStart().percentile(50));
				callP99.add(latencies.callToStart().percentile(99));
				raw.add(PacedLoad.runRaw(shard, perSecond, messages).percentile(50));
			}
		}
		Workspace.delete(directory);
		Workspace.delete(rawDirectory);
		add(bench, when + ": commit to handler, p50", commitP50, Goal.atMost(0.3));
		add(bench, when + ": commit to handler, p99", commitP99, Goal.atMost(2));
		add(bench, when + ": call to handler, p50", callP50, Goal.atMost(bench.report().fsyncP50() + 0.5));
		bench.add(Figure.of(NAME, when + ": call to handler, p99", "ms", callP99, null, ""));
		add(bench, when + ": one insert over JDBC, p50", raw, null);
	}

	private static void add(Bench bench, String name, List<Double> millis, @Nullable Goal goal) {
		bench.add(Figure.of(NAME, name, "ms", millis, goal, bench.report().besideFsync()));
	}

}
