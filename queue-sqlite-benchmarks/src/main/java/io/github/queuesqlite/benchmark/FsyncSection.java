package io.github.queuesqlite.benchmark;

import java.io.IOException;

import io.github.queuesqlite.benchmark.measure.Fsync;
import io.github.queuesqlite.benchmark.measure.Samples;

/** How long an fsync takes. */
final class FsyncSection implements Section {

	static final String NAME = "raw";

	@Override
	public void measure(Bench bench) throws IOException {
		Samples samples = Fsync.measure(bench.workspace().next("fsync"), bench.count(3000, 1000));
		bench.report().fsync(samples.percentile(50), samples.percentile(99));
	}

}
