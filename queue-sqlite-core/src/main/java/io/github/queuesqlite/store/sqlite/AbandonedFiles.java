package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/**
 * Files that this process may open no more. A connection to one of them was left open,
 * since closing it would have harmed what others had put beside the file; and a new one
 * would share its idea of the write-ahead log.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
final class AbandonedFiles {

	private static final Set<Object> KEYS = ConcurrentHashMap.newKeySet();

	private AbandonedFiles() {
	}

	/**
	 * Adds a file.
	 * @param key what the file system calls it; null when it has no such thing
	 */
	static void add(@Nullable Object key) {
		if (key != null) {
			KEYS.add(key);
		}
	}

	/** Returns whether the file that is there now is one of them. */
	static boolean contains(Path file) {
		Object key = FileIdentity.key(file);
		return key != null && KEYS.contains(key);
	}

}
