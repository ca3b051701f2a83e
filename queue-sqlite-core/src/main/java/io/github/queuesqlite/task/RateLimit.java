package io.github.queuesqlite.task;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many handlers may begin in how long. They begin evenly: 100 in a minute is one each
 * 600 ms. In any span of time at most as many begin as the rate gives for it, and what it
 * gives in 100 ms on top; a rate of less than 10 in a second has no such burst.
 *
 * @param count how many, 1 to 1,000,000
 * @param period in how long, 1 ms to 366 days, whole milliseconds
 * @since 0.1.0
 */
public record RateLimit(int count, Duration period) {

	/** The greatest count. */
	public static final int MAX_COUNT = 1_000_000;

	/** The longest period. */
	public static final Duration MAX_PERIOD = Duration.ofDays(366);

	private static final Pattern TEXT = Pattern.compile("(\\d{1,9})/(\\d{1,9})(ms|s|m|h|d)");

	private static final Map<String, Duration> UNITS = new LinkedHashMap<>();

	static {
		UNITS.put("d", Duration.ofDays(1));
		UNITS.put("h", Duration.ofHours(1));
		UNITS.put("m", Duration.ofMinutes(1));
		UNITS.put("s", Duration.ofSeconds(1));
		UNITS.put("ms", Duration.ofMillis(1));
	}

	public RateLimit {
		if (count < 1 || count > MAX_COUNT) {
			throw new IllegalArgumentException(
					"'rateLimit' must be from 1 to " + MAX_COUNT + " in its time, was " + count);
		}
		if (period.compareTo(Duration.ofMillis(1)) < 0 || period.compareTo(MAX_PERIOD) > 0
				|| period.toNanosPart() % 1_000_000 != 0) {
			throw new IllegalArgumentException("The time of 'rateLimit' must be from 1 ms to " + MAX_PERIOD.toDays()
					+ " days, in whole milliseconds, was " + period);
		}
	}

	/**
	 * Reads a rate.
	 * @param text a number, a slash and a time in {@code ms}, {@code s}, {@code m},
	 * {@code h} or {@code d}: {@code 100/1m}, {@code 5/500ms}
	 * @return the rate
	 * @throws IllegalArgumentException if it has another shape or is out of range
	 */
	public static RateLimit of(String text) {
		Matcher matcher = TEXT.matcher(text);
		if (!matcher.matches()) {
			throw new IllegalArgumentException(
					"'rateLimit' must be a number, a slash and a time in ms, s, m, h or d, such as 100/1m, was '" + text
							+ "'");
		}
		Duration unit = UNITS.getOrDefault(matcher.group(3), Duration.ZERO);
		return new RateLimit(Integer.parseInt(matcher.group(1)), unit.multipliedBy(Integer.parseInt(matcher.group(2))));
	}

	/** Returns the text that {@link #of(String)} reads: {@code 100/1m}. */
	@Override
	public String toString() {
		long millis = this.period.toMillis();
		for (Map.Entry<String, Duration> unit : UNITS.entrySet()) {
			long length = unit.getValue().toMillis();
			if (millis % length == 0) {
				return this.count + "/" + millis / length + unit.getKey();
			}
		}
		throw new IllegalStateException("Not in whole milliseconds: " + this.period);
	}

}
