package io.github.queuesqlite.test;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.PayloadException;
import org.jspecify.annotations.Nullable;

/** Compares what is stored with what a test expects. */
final class Payload {

	private Payload() {
	}

	static boolean isEqual(Message message, @Nullable Object expected) {
		try {
			return Objects.deepEquals(message.payload(type(expected)), expected);
		}
		catch (PayloadException ex) {
			// What cannot be read as this type is something else.
			return false;
		}
	}

	static boolean isResult(Message message, @Nullable Object expected) {
		try {
			return Objects.deepEquals(message.result(type(expected)), expected);
		}
		catch (PayloadException ex) {
			return false;
		}
	}

	private static Class<?> type(@Nullable Object expected) {
		if (expected instanceof List) {
			return List.class;
		}
		if (expected instanceof Set) {
			return Set.class;
		}
		if (expected instanceof Map) {
			return Map.class;
		}
		return (expected != null) ? expected.getClass() : Object.class;
	}

}
