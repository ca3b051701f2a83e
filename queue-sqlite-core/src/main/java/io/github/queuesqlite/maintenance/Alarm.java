package io.github.queuesqlite.maintenance;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Says how long a loop may sleep until something is due, and wakes it when something
 * comes that is due earlier.
 * <p>
 * <b>Threads:</b> {@link #tell(long)} any; the rest the loop's.
 */
public final class Alarm {

	private static final long LEAST_SLEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	private final InstantSource clock;

	private final long pollNanos;

	private final long idleNanos;

	private final Runnable wake;

	/** The earliest time told of since the last pass began. */
	private final AtomicLong told = new AtomicLong(Long.MAX_VALUE);

	private volatile long planned = Long.MAX_VALUE;

	/**
	 * Creates an alarm.
	 * @param clock wall clock
	 * @param pollInterval the longest sleep while something is to come: the clock may be
	 * set
	 * @param idleNanos the sleep while nothing is, or {@link Loop#UNTIL_WOKEN}
	 * @param wake wakes the loop
	 */
	public Alarm(InstantSource clock, Duration pollInterval, long idleNanos, Runnable wake) {
		this.clock = clock;
		this.pollNanos = pollInterval.toNanos();
		this.idleNanos = idleNanos;
		this.wake = wake;
	}

	/**
	 * Something is due earlier than what was before.
	 * @param earliest when, epoch milliseconds
	 */
	public void tell(long earliest) {
		// Tells first and looks at the plan second; the pass does it the other way round,
		// so that one of the two always notices.
		if (earliest < this.told.get()) {
			this.told.accumulateAndGet(earliest, Math::min);
		}
		if (earliest < this.planned) {
			this.wake.run();
		}
	}

	/** A pass begins: what was told is seen by it. */
	public void begin() {
		this.told.set(Long.MAX_VALUE);
	}

	/**
	 * A pass ends.
	 * @param nextAt when the next one is due, as far as it has seen
	 * @return nanoseconds to sleep
	 */
	public long plan(long nextAt) {
		this.planned = nextAt;
		long due = Math.min(nextAt, this.told.get());
		if (due == Long.MAX_VALUE) {
			return this.idleNanos;
		}
		long millis = due - Math.min(due, this.clock.millis());
		return (millis >= TimeUnit.NANOSECONDS.toMillis(this.pollNanos)) ? this.pollNanos
				: Math.max(LEAST_SLEEP_NANOS, TimeUnit.MILLISECONDS.toNanos(millis));
	}

}
