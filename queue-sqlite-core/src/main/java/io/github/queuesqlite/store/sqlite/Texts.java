package io.github.queuesqlite.store.sqlite;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * Reads text columns whose few values repeat from row to row, such as the names of tasks:
 * the last ones are kept and not decoded again.
 * <p>
 * <b>Threads:</b> one at a time.
 */
final class Texts {

	private static final int KEPT = 8;

	private final byte[][] bytes = new byte[KEPT][];

	private final String[] texts = new String[KEPT];

	private int next;

	/** Returns the text of a column; null when it is null. */
	@Nullable String read(ResultSet row, int column) throws SQLException {
		// The driver's getString makes a direct buffer for each value: four times the
		// time.
		byte[] value = row.getBytes(column);
		if (value == null) {
			return null;
		}
		for (int i = 0; i < KEPT; i++) {
			if (Arrays.equals(value, this.bytes[i])) {
				return this.texts[i];
			}
		}
		String text = new String(value, StandardCharsets.UTF_8);
		this.bytes[this.next] = value;
		this.texts[this.next] = text;
		this.next = (this.next + 1) % KEPT;
		return text;
	}

}
