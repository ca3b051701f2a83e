package io.github.queuesqlite.reliability.shards;

import java.nio.file.Path;
import java.time.Instant;

import io.github.queuesqlite.EmbeddedQueue;

/**
 * The process that opens a directory with another number of shards, and is killed
 * meanwhile, or dies right afterwards.
 */
final class ResizeMain {

	/** The exit code of a process that came to the end of its change. */
	static final int OPENED = 42;

	private ResizeMain() {
	}

	/**
	 * Opens, and ends without closing.
	 * @param args the directory, the number of shards, the time in milliseconds
	 */
	public static void main(String[] args) {
		Instant now = Instant.ofEpochMilli(Long.parseLong(args[2]));
		EmbeddedQueue.builder(Path.of(args[0])).shards(Integer.parseInt(args[1])).clock(() -> now).build();
		Runtime.getRuntime().halt(OPENED);
	}

}
