package io.github.queuesqlite.message;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * Identifies one message in one directory.
 * <p>
 * <b>Shape:</b> 63 bits: 41 bits of milliseconds since 2024-01-01 UTC, 6 bits shard, 5
 * bits process slot, 11 bits sequence. As text (also in JSON) it is 13 characters of
 * Crockford's base 32 in upper case, so text order is numeric order. Parsing accepts
 * lower case and reads {@code I} and {@code L} as 1 and {@code O} as 0.
 * <p>
 * Ids of one process on one shard rise, even when the wall clock steps back. An id is
 * assigned when the message is handed in, before it is committed; that an id exists does
 * not mean that its message does.
 *
 * @param value the number, 0 or greater
 * @since 0.1.0
 */
public record MessageId(long value) implements Comparable<MessageId> {

	private static final char[] DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".toCharArray();

	private static final int LENGTH = 13;

	public MessageId {
		if (value < 0) {
			throw new IllegalArgumentException("'value' must be at least 0, was " + value);
		}
	}

	/**
	 * Returns the id that the text stands for.
	 * @param text 13 characters of Crockford's base 32
	 * @return the id
	 * @throws IllegalArgumentException if the text is not an id
	 */
	@JsonCreator(mode = JsonCreator.Mode.DELEGATING)
	public static MessageId parse(String text) {
		if (text.length() != LENGTH) {
			throw notAnId(text);
		}
		long value = 0;
		for (int i = 0; i < LENGTH; i++) {
			int digit = digit(text.charAt(i));
			if (digit < 0 || (i == 0 && digit > 7)) {
				throw notAnId(text);
			}
			value = (value << 5) | digit;
		}
		return new MessageId(value);
	}

	/**
	 * Same as {@link #parse(String)}, under the name that converters look for.
	 * @param text 13 characters of Crockford's base 32
	 * @return the id
	 * @throws IllegalArgumentException if the text is not an id
	 */
	public static MessageId valueOf(String text) {
		return parse(text);
	}

	private static IllegalArgumentException notAnId(String text) {
		String shown = (text.length() <= 40) ? text : text.substring(0, 40) + "…";
		return new IllegalArgumentException(
				"'" + shown + "' is not a message id: expected 13 characters of 0-9 and A-Z without I, L, O, U");
	}

	private static int digit(char c) {
		char upper = (c >= 'a' && c <= 'z') ? (char) (c - 32) : c;
		return switch (upper) {
			case 'O' -> 0;
			case 'I', 'L' -> 1;
			default -> {
				for (int i = 0; i < DIGITS.length; i++) {
					if (DIGITS[i] == upper) {
						yield i;
					}
				}
				yield -1;
			}
		};
	}

	@Override
	public int compareTo(MessageId other) {
		return Long.compare(this.value, other.value);
	}

	/**
	 * Returns the 13 characters.
	 */
	@JsonValue
	@Override
	public String toString() {
		char[] text = new char[LENGTH];
		long rest = this.value;
		for (int i = LENGTH - 1; i >= 0; i--) {
			text[i] = DIGITS[(int) (rest & 31)];
			rest >>>= 5;
		}
		return new String(text);
	}

}
