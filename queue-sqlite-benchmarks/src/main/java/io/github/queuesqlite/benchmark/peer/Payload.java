package io.github.queuesqlite.benchmark.peer;

/**
 * 198 characters, which are 200 bytes as JSON; the first nine say which message it is.
 */
public final class Payload {

	/** Of messages that nobody needs to tell apart. */
	public static final String ANY = of(999_999_999);

	private static final int DIGITS = 9;

	private Payload() {
	}

	static String of(int number) {
		return "%09d".formatted(number) + "x".repeat(198 - DIGITS);
	}

	static int number(String payload) {
		return Integer.parseInt(payload, 0, DIGITS, 10);
	}

}
