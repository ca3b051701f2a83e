package io.github.queuesqlite.actuate.endpoint;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;

/** Reads a time ahead, the end of a pause for one: itself, or how long it is from now. */
final class PauseEnd {

	private PauseEnd() {
	}

	static @Nullable Instant parse(String what, @Nullable String until) {
		if (until == null) {
			return null;
		}
		try {
			return until.contains("-") ? Instant.parse(until)
					: Instant.now().truncatedTo(ChronoUnit.MILLIS).plus(DurationStyle.detectAndParse(until));
		}
		catch (DateTimeException | ArithmeticException | IllegalArgumentException ex) {
			throw QueueEndpointException.badRequest(
					"'" + what + "' must be a time as 2026-01-31T12:00:00Z or from now as 10m, was '" + until + "'");
		}
	}

	/** Runs what refuses a time that is past or too far. */
	static void check(Runnable pause) {
		try {
			pause.run();
		}
		catch (IllegalArgumentException ex) {
			throw QueueEndpointException.badRequest(String.valueOf(ex.getMessage()));
		}
	}

}
