package io.github.queuesqlite.message;

import java.util.Objects;

/**
 * The rule for names of tasks and queues: 1 to 200 letters, digits or {@code . _ - :}.
 *
 * @since 0.1.0
 */
public final class Names {

	/** How long a name may be. */
	public static final int MAX_LENGTH = 200;

	private Names() {
	}

	/**
	 * Returns the name if it follows the rule.
	 * @param what what the name is of, for the error
	 * @param name the name
	 * @return the name
	 * @throws IllegalArgumentException if it does not follow the rule
	 * @throws NullPointerException if it is null
	 */
	public static String check(String what, String name) {
		Objects.requireNonNull(name, () -> "'" + what + "' must not be null");
		if (name.isEmpty() || name.length() > MAX_LENGTH) {
			throw new IllegalArgumentException(
					"'" + what + "' must have 1 to " + MAX_LENGTH + " characters, had " + name.length());
		}
		for (int i = 0; i < name.length(); i++) {
			char c = name.charAt(i);
			if (!Character.isLetterOrDigit(c) && c != '.' && c != '_' && c != '-' && c != ':') {
				throw new IllegalArgumentException("'" + what
						+ "' may hold letters, digits and . _ - : only, has %s at position %d".formatted(shown(c), i));
			}
		}
		return name;
	}

	/**
	 * Returns the key if it can be one.
	 * @param what what the key is called, for the error
	 * @param key 1 to 500 characters
	 * @return the key
	 * @throws IllegalArgumentException if it is empty or too long
	 * @throws NullPointerException if it is null
	 */
	public static String checkKey(String what, String key) {
		Objects.requireNonNull(key, () -> "'" + what + "' must not be null");
		if (key.isEmpty() || key.length() > NewMessage.MAX_KEY_LENGTH) {
			throw new IllegalArgumentException(
					"'" + what + "' must have 1 to " + NewMessage.MAX_KEY_LENGTH + " characters, had " + key.length());
		}
		return key;
	}

	/**
	 * Returns text of others as it may stand in a line of a log: what would end the line,
	 * or steer a terminal, is shown by its number.
	 * @param text any text
	 * @return the same when it holds nothing of that kind
	 */
	public static String oneLine(String text) {
		StringBuilder line = null;
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			if (isUnsafe(c)) {
				line = (line != null) ? line : new StringBuilder(text.length() + 16).append(text, 0, i);
				line.append((c == '\n') ? "\\n" : "\\u%04x".formatted((int) c));
			}
			else if (line != null) {
				line.append(c);
			}
		}
		return (line != null) ? line.toString() : text;
	}

	/**
	 * Returns the beginning of a text. A pair of surrogates is not cut in half: it could
	 * not be stored as UTF-8.
	 * @param text any text
	 * @param most how many characters at most, 1 or more
	 * @return the same when it is not longer
	 */
	public static String beginning(String text, int most) {
		if (text.length() <= most) {
			return text;
		}
		return text.substring(0, Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most);
	}

	/**
	 * As {@link #beginning}, and shows that something is missing.
	 * @param text any text
	 * @param most how many characters at most, 1 or more, without the sign for the rest
	 * @return the same when it is not longer
	 */
	public static String shortened(String text, int most) {
		return (text.length() > most) ? beginning(text, most) + "…" : text;
	}

	/**
	 * Returns how a person would find a class.
	 * @param type any class
	 * @return its name; that of the class in which it is a lambda
	 */
	public static String ofClass(Class<?> type) {
		return type.getName().replaceFirst("\\$\\$Lambda.*", "");
	}

	private static boolean isUnsafe(char c) {
		return switch (Character.getType(c)) {
			case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
			default -> false;
		};
	}

	private static String shown(char c) {
		return (Character.isISOControl(c) || Character.isSurrogate(c)) ? "U+%04X".formatted((int) c) : "'" + c + "'";
	}

}
