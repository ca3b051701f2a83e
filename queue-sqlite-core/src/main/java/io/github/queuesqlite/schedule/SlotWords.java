package io.github.queuesqlite.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Locale;

import io.github.queuesqlite.message.TimeWords;

/** Says for people when a slot is. */
final class SlotWords {

	private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
		.appendPattern("EEE, d MMM yyyy 'at' HH:mm:ss")
		.appendFraction(ChronoField.NANO_OF_SECOND, 0, 3, true)
		.appendPattern(" xxx")
		.toFormatter(Locale.ENGLISH);

	private SlotWords() {
	}

	/** {@code in 3 h 20 min: Mon, 30 Nov 2026 at 02:30:00 +01:00 (Europe/Berlin)}. */
	static String of(Instant slot, Instant now, ZoneId zone) {
		Duration ahead = Duration.between(now, slot);
		String when = (ahead.isNegative() || ahead.isZero()) ? "now" : "in " + TimeWords.of(ahead);
		return when + ": " + TIME.format(slot.atZone(zone)) + " (" + zone + ")";
	}

}
