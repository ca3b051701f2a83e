package io.github.queuesqlite.reliability.foreign;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

import io.github.queuesqlite.reliability.Outcome;
import io.github.queuesqlite.reliability.workload.MovedClock;

/** Where a clock is set next: by seconds, hours or years, both ways. */
final class Jumps {

	/** Ids count from 2024: a clock may well be behind that. */
	private static final Instant EARLIEST = Instant.parse("2010-01-01T00:00:00Z");

	/**
	 * The time in ids ends in 2093. Not further from the earliest than anything is kept.
	 */
	private static final Instant LATEST = Instant.parse("2099-01-01T00:00:00Z");

	private static final Duration YEAR = Duration.ofDays(365);

	private final MovedClock clock;

	private final RandomGenerator random;

	private final Outcome outcome;

	Jumps(MovedClock clock, RandomGenerator random, Outcome outcome) {
		this.clock = clock;
		this.random = random;
		this.outcome = outcome;
	}

	/** Returns how far the clock is ahead after the next jump. */
	Duration next() {
		Duration by = switch (this.random.nextInt(3)) {
			case 0 -> counted("by seconds", Duration.ofMillis(this.random.nextInt(500, 60_000)));
			case 1 -> counted("by hours", Duration.ofMinutes(this.random.nextInt(30, 48 * 60)));
			default -> counted("by years", YEAR.multipliedBy(this.random.nextInt(1, 45)));
		};
		Duration ahead = this.clock.ahead().plus(this.random.nextBoolean() ? by : by.negated());
		Instant there = Instant.now().plus(ahead);
		if (there.isAfter(LATEST)) {
			return this.clock.ahead().minus(by);
		}
		return there.isBefore(EARLIEST) ? this.clock.ahead().plus(by) : ahead;
	}

	private Duration counted(String what, Duration by) {
		this.outcome.count("jumps of the clock " + what, 1);
		return by;
	}

	/** Returns how far a clock is ahead by which everything is due. */
	static Duration last() {
		return Duration.between(Instant.now(), LATEST).plusDays(1);
	}

}
