package io.github.queuesqlite.store.sqlite;

import java.io.File;
import java.nio.file.Path;

/**
 * Tells how much room a file system has. Asking opens nothing.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
public interface DiskSpace {

	/** Nobody can tell. */
	long UNKNOWN = -1;

	/** Asks the operating system, in some microseconds. */
	DiskSpace REAL = new DiskSpace() {

		@Override
		public long free(Path file) {
			File asked = file.toFile();
			long free = asked.getUsableSpace();
			return (free > 0 || asked.getTotalSpace() > 0) ? free : UNKNOWN;
		}

		@Override
		public long total(Path file) {
			long total = file.toFile().getTotalSpace();
			return (total > 0) ? total : UNKNOWN;
		}

	};

	/**
	 * Returns how much may be written.
	 * @param file one that is there, or a directory
	 * @return bytes that this process may still use, without what is kept for the
	 * superuser; {@link #UNKNOWN}
	 */
	long free(Path file);

	/**
	 * Returns how large the file system is.
	 * @param file one that is there, or a directory
	 * @return bytes, or {@link #UNKNOWN}
	 */
	long total(Path file);

}
