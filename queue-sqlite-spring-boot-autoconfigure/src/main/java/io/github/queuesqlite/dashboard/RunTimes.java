package io.github.queuesqlite.dashboard;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/** How long the runs of one task took since it was last asked. */
final class RunTimes {

	private final LongAdder runs = new LongAdder();

	private final LongAdder nanos = new LongAdder();

	void add(Duration duration) {
		this.runs.increment();
		this.nanos.add(duration.toNanos());
	}

	/** Returns the average in milliseconds, 0 when none has ended. */
	double read() {
		return millis(this.nanos.sum(), this.runs.sum());
	}

	double readAndReset() {
		return millis(this.nanos.sumThenReset(), this.runs.sumThenReset());
	}

	private static double millis(long nanos, long runs) {
		return (runs > 0) ? Math.round(nanos / 1000.0 / runs) / 1000.0 : 0;
	}

}
