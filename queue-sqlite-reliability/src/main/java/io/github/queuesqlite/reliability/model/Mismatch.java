package io.github.queuesqlite.reliability.model;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/** Queue and model do not agree. */
final class Mismatch extends RuntimeException {

	private static final long serialVersionUID = 1L;

	Mismatch(String message) {
		super(message);
	}

	static void expect(String what, @Nullable Object expected, @Nullable Object found) {
		if (!Objects.equals(expected, found)) {
			throw new Mismatch("%s: expected %s, found %s".formatted(what, expected, found));
		}
	}

}
