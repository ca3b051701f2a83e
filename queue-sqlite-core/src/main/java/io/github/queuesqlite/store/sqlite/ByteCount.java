package io.github.queuesqlite.store.sqlite;

import java.util.Locale;

/** Numbers of bytes, for people. */
final class ByteCount {

	private static final long KILOBYTE = 1024;

	private static final long MEGABYTE = 1024 * KILOBYTE;

	private static final long TO_ONE_DECIMAL = 10 * MEGABYTE;

	private ByteCount() {
	}

	/** Returns {@code 512 KB}, {@code 1.2 MB} or {@code 1,234 MB}. */
	static String text(long bytes) {
		if (bytes < MEGABYTE) {
			return (bytes / KILOBYTE) + " KB";
		}
		return (bytes < TO_ONE_DECIMAL && bytes % MEGABYTE != 0)
				? String.format(Locale.ROOT, "%.1f MB", (double) bytes / MEGABYTE)
				: String.format(Locale.ROOT, "%,d MB", bytes / MEGABYTE);
	}

}
