package io.github.queuesqlite.store;

import java.time.Duration;

/**
 * How long ended messages are kept.
 *
 * @param completed age at which COMPLETED is deleted; 0 deletes at the end of the run, or
 * with the next pruning where there is an idempotency key, or a minute later where
 * somebody waits for the end
 * @param cancelled age at which CANCELLED is deleted
 * @param expired age at which EXPIRED is deleted
 * @param dead age at which DEAD is deleted
 * @param maxRows most COMPLETED, CANCELLED and EXPIRED messages of a shard, those with an
 * idempotency key left out
 */
public record Retention(Duration completed, Duration cancelled, Duration expired, Duration dead, long maxRows) {

	/** A day, dead ones two weeks, 100,000 rows. */
	public static final Retention DEFAULT = new Retention(Duration.ofHours(24), Duration.ofHours(24),
			Duration.ofHours(24), Duration.ofDays(14), 100_000);

	public Retention {
		check("retention.completed", completed);
		check("retention.cancelled", cancelled);
		check("retention.expired", expired);
		check("retention.dead", dead);
		if (maxRows < 0) {
			throw new IllegalArgumentException("'retention.max-rows' must be at least 0, was " + maxRows);
		}
	}

	private static void check(String what, Duration value) {
		if (value.isNegative() || value.compareTo(Duration.ofDays(36_525)) > 0) {
			throw new IllegalArgumentException("'" + what + "' must be from 0 to 36525 days, was " + value);
		}
	}

}
