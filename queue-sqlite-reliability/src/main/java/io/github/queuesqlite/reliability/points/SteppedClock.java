package io.github.queuesqlite.reliability.points;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** A wall clock that stands still until it is moved. */
final class SteppedClock implements InstantSource {

	private final AtomicLong millis = new AtomicLong(Instant.parse("2026-03-01T12:00:00Z").toEpochMilli());

	@Override
	public Instant instant() {
		return Instant.ofEpochMilli(this.millis.get());
	}

	void advance(Duration duration) {
		this.millis.addAndGet(duration.toMillis());
	}

}
