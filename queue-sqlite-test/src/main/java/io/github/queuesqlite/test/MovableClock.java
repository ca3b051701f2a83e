package io.github.queuesqlite.test;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Objects;

/**
 * A clock that stands still until a {@link TestQueue} moves it
 * ({@link TestQueue#advance}). It may serve the code under test as well: with Spring,
 * declare it as a bean, and the queue uses it too.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class MovableClock extends Clock {

	/** Shared by its views in other zones. */
	private final Hand hand;

	private final ZoneId zone;

	/** Creates a clock that shows the time of its creation, in UTC. */
	public MovableClock() {
		this(Instant.now());
	}

	/**
	 * Creates a clock, in UTC.
	 * @param now what it shows, cut to milliseconds
	 */
	public MovableClock(Instant now) {
		this(new Hand(now.truncatedTo(ChronoUnit.MILLIS)), ZoneOffset.UTC);
	}

	private MovableClock(Hand hand, ZoneId zone) {
		this.hand = hand;
		this.zone = zone;
	}

	@Override
	public Instant instant() {
		return this.hand.now;
	}

	@Override
	public ZoneId getZone() {
		return this.zone;
	}

	/** Returns a view in another zone, which moves with this clock. */
	@Override
	public Clock withZone(ZoneId zone) {
		return new MovableClock(this.hand, Objects.requireNonNull(zone));
	}

	/** Moves it. The queue has to be told. */
	void set(Instant instant) {
		this.hand.now = instant;
	}

	@Override
	public boolean equals(Object other) {
		return other instanceof MovableClock clock && clock.hand == this.hand && clock.zone.equals(this.zone);
	}

	@Override
	public int hashCode() {
		return System.identityHashCode(this.hand) + this.zone.hashCode();
	}

	@Override
	public String toString() {
		return "MovableClock[" + instant() + "," + this.zone + "]";
	}

	private static final class Hand {

		private volatile Instant now;

		Hand(Instant now) {
			this.now = now;
		}

	}

}
