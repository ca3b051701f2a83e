package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which start of the operating system this is: what a process left in a mapped file is to
 * be trusted only while the same one goes on.
 */
final class Boot {

	private static final Logger logger = LoggerFactory.getLogger(Boot.class);

	/** Where nobody can tell. */
	private static final long UNKNOWN = 1;

	/**
	 * Another number after each start, never 0; always the same where nobody can tell.
	 */
	static final long ID = read(Path.of("/proc/sys/kernel/random/boot_id"));

	private Boot() {
	}

	static long read(Path file) {
		try {
			UUID id = UUID.fromString(Files.readString(file).strip());
			long number = id.getMostSignificantBits() ^ id.getLeastSignificantBits();
			return (number != 0) ? number : UNKNOWN;
		}
		catch (IOException | IllegalArgumentException ex) {
			logger.debug("Cannot read {}: a restart of the operating system goes unnoticed", file, ex);
			return UNKNOWN;
		}
	}

}
