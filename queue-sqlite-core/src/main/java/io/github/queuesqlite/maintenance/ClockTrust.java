package io.github.queuesqlite.maintenance;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells whether the wall clock may be believed when something is to be deleted for its
 * age. By a clock that is set ahead everything is old at once: whoever did so by mistake
 * has an hour to set it right. What happened before the process began it does not know.
 * <p>
 * <b>Threads:</b> one.
 */
final class ClockTrust {

	private static final Logger logger = LoggerFactory.getLogger(ClockTrust.class);

	/** A clock that is kept by NTP is set by less. */
	private static final long JUMP_MILLIS = Duration.ofMinutes(10).toMillis();

	private static final Duration PATIENCE = Duration.ofHours(1);

	private final InstantSource clock;

	private final LongSupplier nanoTime;

	private long latestMillis;

	private long latestNanos;

	/** When it was set ahead; null when it is trusted. */
	private @Nullable Long distrustedAt;

	/**
	 * Begins to watch a clock.
	 * @param clock wall clock
	 * @param nanoTime monotonic clock
	 */
	ClockTrust(InstantSource clock, LongSupplier nanoTime) {
		this.clock = clock;
		this.nanoTime = nanoTime;
		this.latestMillis = clock.millis();
		this.latestNanos = nanoTime.getAsLong();
	}

	/** Looks at the clock; returns false for an hour after it was set ahead. */
	boolean isTrusted() {
		long millis = this.clock.millis();
		long nanos = this.nanoTime.getAsLong();
		long ahead = millis - this.latestMillis - TimeUnit.NANOSECONDS.toMillis(nanos - this.latestNanos);
		this.latestMillis = millis;
		this.latestNanos = nanos;
		if (ahead > JUMP_MILLIS) {
			this.distrustedAt = nanos;
			logger.warn(
					"The wall clock was set ahead by {}, or the machine stood still: messages are due and expire by"
							+ " it. What has ended is deleted for its age only in {} min, so that it can be set right.",
					minutes(ahead), PATIENCE.toMinutes());
		}
		else if (ahead < -JUMP_MILLIS) {
			logger.warn("The wall clock was set back by {}: what is delayed waits until it shows that time again.",
					minutes(-ahead));
		}
		if (this.distrustedAt != null && nanos - this.distrustedAt >= PATIENCE.toNanos()) {
			this.distrustedAt = null;
		}
		return this.distrustedAt == null;
	}

	private static Duration minutes(long millis) {
		return Duration.ofMinutes(Math.round(millis / 60_000.0));
	}

}
