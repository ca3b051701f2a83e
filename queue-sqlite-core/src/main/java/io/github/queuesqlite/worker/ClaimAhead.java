package io.github.queuesqlite.worker;

import java.util.concurrent.TimeUnit;

/**
 * Decides how many messages a lane claims beyond its free permits: some tens of
 * milliseconds of work by what handlers took lately, none when they are slow, so that a
 * lane of another process can have what this one would only keep waiting. Believes slow
 * runs at once and fast ones slowly.
 * <p>
 * <b>Threads:</b> guarded by the lane's lock.
 */
final class ClaimAhead {

	static final int MOST_ROWS = 2000;

	static final long MOST_BYTES = 8L * 1024 * 1024;

	private static final double WORK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

	private static final double SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	private static final double UNUSED_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

	private static final int LEAST_SAMPLES = 4;

	private final int permits;

	private double nanos = SLOW_NANOS;

	private double bytes = 1024;

	private int samples;

	private int rows;

	ClaimAhead(int permits) {
		this.permits = permits;
	}

	/** A handler took this long. */
	void ran(long nanos) {
		this.samples = Math.min(this.samples + 1, 32);
		double weight = Math.max(1.0 / this.samples, (nanos > this.nanos) ? 1.0 / 8 : 1.0 / 32);
		this.nanos += (nanos - this.nanos) * weight;
		update();
	}

	/** A claimed payload is this large. */
	void sized(long bytes) {
		this.bytes += (bytes - this.bytes) * ((bytes > this.bytes) ? 1.0 / 4 : 1.0 / 64);
	}

	/** What was claimed ahead was not started in time. */
	void unused() {
		this.nanos = Math.max(this.nanos, UNUSED_NANOS);
		update();
	}

	private void update() {
		if (this.samples < LEAST_SAMPLES || this.nanos >= SLOW_NANOS) {
			this.rows = 0;
			return;
		}
		double byTime = this.permits * WORK_NANOS / Math.max(this.nanos, 100);
		double bySize = MOST_BYTES / Math.max(this.bytes, 1);
		this.rows = (int) Math.min(MOST_ROWS, Math.min(byTime, bySize));
	}

	/** How many more than there are free permits. */
	int rows() {
		return this.rows;
	}

	/** How long one run takes, as far as known. */
	double nanosPerRun() {
		return this.nanos;
	}

}
