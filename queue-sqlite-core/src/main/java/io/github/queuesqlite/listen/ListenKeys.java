package io.github.queuesqlite.listen;

import java.util.Objects;

/** The rule for keys of listen data. */
final class ListenKeys {

	static final int MAX_LENGTH = 500;

	private ListenKeys() {
	}

	static String check(String key) {
		Objects.requireNonNull(key, "'key' must not be null");
		checkText("key", key);
		int star = key.indexOf('*');
		if (star >= 0) {
			throw new IllegalArgumentException(
					"'key' must not hold '*', which stands for any characters in patterns, has it at position " + star);
		}
		return key;
	}

	/** Refuses what no store keeps faithfully: control characters and half characters. */
	static void checkText(String what, String text) {
		if (text.isEmpty() || text.length() > MAX_LENGTH) {
			throw new IllegalArgumentException(
					"'" + what + "' must have 1 to " + MAX_LENGTH + " characters, had " + text.length());
		}
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
				i++;
			}
			else if (Character.isISOControl(c) || Character.isSurrogate(c)) {
				throw new IllegalArgumentException(
						"'%s' must not hold control characters, has U+%04X at position %d".formatted(what, (int) c, i));
			}
		}
	}

}
