package io.github.queuesqlite.store;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** A wall clock that stands still until a test moves it, back too. */
public final class ManualClock implements InstantSource {

	private final AtomicLong millis = new AtomicLong(Instant.parse("2026-03-01T12:00:00Z").toEpochMilli());

	@Override
	public Instant instant() {
		return Instant.ofEpochMilli(this.millis.get());
	}

	@Override
	public long millis() {
		return this.millis.get();
	}

	/**
	 * Moves the clock.
	 * @param duration how far; negative moves it back
	 */
	public void advance(Duration duration) {
		this.millis.addAndGet(duration.toMillis());
	}

}
