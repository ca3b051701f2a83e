package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

import org.jspecify.annotations.Nullable;

/**
 * Tells whether a file and its write-ahead log still are those that were opened. SQLite
 * does not notice when they are deleted, moved or replaced: it goes on to write what
 * nobody else will ever find. A look takes some microseconds. Where files have no key
 * (Windows, which does not let them be deleted while they are open) only a missing one is
 * noticed.
 * <p>
 * <b>Threads:</b> one at a time.
 */
final class FileIdentity {

	private static final Object MISSING = new Object();

	private final Path file;

	private final Path wal;

	private final Path memory;

	private final @Nullable Object fileKey;

	/** {@link #MISSING} until there is a log. */
	private @Nullable Object walKey;

	/** {@link #MISSING} until there is one. */
	private @Nullable Object memoryKey;

	/**
	 * Remembers a file.
	 * @param file the file, open
	 */
	FileIdentity(Path file) {
		this.file = file;
		this.wal = QueueFiles.wal(file);
		this.memory = QueueFiles.sharedMemory(file);
		this.fileKey = key(file, null);
		this.walKey = key(this.wal, MISSING);
		this.memoryKey = key(this.memory, MISSING);
	}

	/** Returns what the file system calls a file; null when it is not there or not told. */
	static @Nullable Object key(Path file) {
		Object key = key(file, null);
		return (key != MISSING) ? key : null;
	}

	/** Returns what the file system called the file when it was opened. */
	@Nullable Object fileKey() {
		return this.fileKey;
	}

	/** Returns what became of the file or its log; empty when they are the same. */
	String change() {
		if (this.walKey == MISSING) {
			this.walKey = key(this.wal, MISSING);
		}
		String change = change(this.file, this.fileKey);
		return change.isEmpty() ? change(this.wal, this.walKey) : change;
	}

	/**
	 * Returns what became of the shared memory, in which processes tell each other what
	 * is in the log; empty when it is the same. Who opens the file beside another one
	 * knows nothing of us: both would write the same places of the log.
	 */
	String memoryChange() {
		if (this.memoryKey == MISSING) {
			this.memoryKey = key(this.memory, MISSING);
		}
		return change(this.memory, this.memoryKey);
	}

	private static String change(Path path, @Nullable Object expected) {
		Object found = key(path, expected);
		if (found == expected || (found != null && found.equals(expected))) {
			return "";
		}
		return path.getFileName() + ((found == MISSING) ? " was deleted or moved" : " was replaced")
				+ " while it was in use";
	}

	/**
	 * Returns whether nobody has written another log: then ours may be copied into the
	 * file.
	 */
	boolean isOnlyLog() {
		return change(this.wal, this.walKey).isEmpty() || QueueFiles.size(this.wal) == 0;
	}

	/** A disk that does not answer shows nothing. */
	private static @Nullable Object key(Path path, @Nullable Object unknown) {
		try {
			return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
		}
		catch (NoSuchFileException ex) {
			return MISSING;
		}
		catch (IOException ex) {
			return unknown;
		}
	}

}
