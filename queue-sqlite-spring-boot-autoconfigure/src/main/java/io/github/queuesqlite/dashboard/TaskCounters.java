package io.github.queuesqlite.dashboard;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/** What has happened to one task since it was last asked. */
final class TaskCounters {

	private final LongAdder enqueued = new LongAdder();

	private final LongAdder completed = new LongAdder();

	private final LongAdder retried = new LongAdder();

	private final LongAdder dead = new LongAdder();

	private final LongAdder runs = new LongAdder();

	private final LongAdder nanos = new LongAdder();

	void enqueued(int messages) {
		this.enqueued.add(messages);
	}

	void completed() {
		this.completed.increment();
	}

	void retried() {
		this.retried.increment();
	}

	void dead(int messages) {
		this.dead.add(messages);
	}

	void ran(Duration duration) {
		this.runs.increment();
		this.nanos.add(duration.toNanos());
	}

	TaskActivity read() {
		return new TaskActivity(this.enqueued.sum(), this.completed.sum(), this.retried.sum(), this.dead.sum(),
				millis(this.nanos.sum(), this.runs.sum()));
	}

	TaskActivity readAndReset() {
		return new TaskActivity(this.enqueued.sumThenReset(), this.completed.sumThenReset(),
				this.retried.sumThenReset(), this.dead.sumThenReset(),
				millis(this.nanos.sumThenReset(), this.runs.sumThenReset()));
	}

	private static double millis(long nanos, long runs) {
		return (runs > 0) ? Math.round(nanos / 1000.0 / runs) / 1000.0 : 0;
	}

}
