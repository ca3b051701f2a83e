package io.github.queuesqlite.message;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Says for people how long something takes.
 *
 * @since 0.1.0
 */
public final class TimeWords {

	private TimeWords() {
	}

	/**
	 * Returns the two greatest units of a duration: {@code 3 h 20 min}.
	 * @param duration 0 or longer
	 * @return {@code 0 ms} for less than a millisecond
	 */
	public static String of(Duration duration) {
		long[] amounts = { duration.toDays(), duration.toHoursPart(), duration.toMinutesPart(),
				duration.toSecondsPart(), duration.toMillisPart() };
		String[] units = { "d", "h", "min", "s", "ms" };
		List<String> parts = new ArrayList<>();
		for (int i = 0; i < amounts.length && parts.size() < 2; i++) {
			if (amounts[i] > 0) {
				parts.add(amounts[i] + " " + units[i]);
			}
			else if (!parts.isEmpty()) {
				break;
			}
		}
		return parts.isEmpty() ? "0 ms" : String.join(" ", parts);
	}

}
