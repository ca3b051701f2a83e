package io.github.queuesqlite.benchmark;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.benchmark.measure.Samples;
import io.github.queuesqlite.benchmark.shape.AcrossRun;

/** How soon a handler starts whose message another process put in. */
final class AcrossSection implements Section {

	static final String NAME = "across";

	private static final Duration BUSY_GAP = Duration.ofNanos(3_333_333);

	@Override
	public void measure(Bench bench) throws Exception {
		Path directory = bench.workspace().next("across");
		Duration idleGap = bench.window(3000, 1500);
		List<Double> busy = new ArrayList<>();
		List<Double> busyP99 = new ArrayList<>();
		List<Double> idle = new ArrayList<>();
		try (AcrossRun across = new AcrossRun(directory)) {
			across.run(bench.count(600, 200), BUSY_GAP);
			for (int round = 0; round < bench.rounds(); round++) {
				Samples millis = across.run(bench.count(900, 300), BUSY_GAP);
				busy.add(millis.percentile(50));
				busyP99.add(millis.percentile(99));
				across.run(1, idleGap);
				idle.add(across.run(bench.count(5, 3), idleGap).percentile(50));
			}
		}
		Workspace.delete(directory);
		String beside = bench.report().besideFsync();
		bench.report()
			.addFurther(Figure.of(NAME, "commit to handler in another process at 300/s, p50", "ms", busy,
					Figure.Goal.atMost(2), beside));
		bench.report()
			.addFurther(Figure.of(NAME,
					"commit to handler in another process, idle for %.1f s, p50".formatted(idleGap.toMillis() / 1000.0),
					"ms", idle, Figure.Goal.atMost(50), beside));
		bench.add(Figure.of(NAME, "commit to handler in another process at 300/s, p99", "ms", busyP99, null, beside));
	}

}
