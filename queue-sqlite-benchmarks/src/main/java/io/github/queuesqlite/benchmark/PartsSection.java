package io.github.queuesqlite.benchmark;

import java.util.Collection;
import java.util.Objects;

import io.github.queuesqlite.store.sqlite.ClaimMappingBenchmark;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The small parts that every message goes through, with JMH. */
final class PartsSection implements Section {

	static final String NAME = "parts";

	@Override
	public void measure(Bench bench) throws RunnerException {
		Options options = new OptionsBuilder().include(PartsBenchmark.class.getName())
			.include(ClaimMappingBenchmark.class.getName())
			.forks(1)
			.warmupIterations(2)
			.measurementIterations(bench.runs())
			.warmupTime(TimeValue.milliseconds(500))
			.measurementTime(TimeValue.milliseconds(500))
			.jvmArgs("--enable-native-access=ALL-UNNAMED")
			.addProfiler("gc")
			.verbosity(VerboseMode.SILENT)
			.build();
		Collection<RunResult> results = new Runner(options).run();
		for (RunResult result : results) {
			String name = result.getParams().getBenchmark();
			double bytes = Objects.requireNonNull(result.getSecondaryResults().get("gc.alloc.rate.norm")).getScore();
			bench.report()
				.add(new Part(name.substring(name.lastIndexOf('.') + 1), result.getPrimaryResult().getScore(), bytes));
		}
	}

	/**
	 * What one call costs.
	 *
	 * @param name what is called
	 * @param nanos time
	 * @param bytes allocated
	 */
	record Part(String name, double nanos, double bytes) {

	}

}
