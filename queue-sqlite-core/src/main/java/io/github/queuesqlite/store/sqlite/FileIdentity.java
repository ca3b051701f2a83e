package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

import org.jspecify.annotations.Nullable;

/**
 * Tells whether a file, its write-ahead log and its shared memory still are those that
 * were opened. SQLite does not notice when they are deleted, moved or replaced: it goes
 * on to write what nobody else will ever find. A look takes some microseconds. Where
 * files have no key (Windows, which does not let them be deleted while they are open)
 * only a missing one is noticed.
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

	/** At the latest look at what became of the log. */
	private long walSize;

	/**
	 * Remembers a file.
	 * @param file the file, open
	 */
	FileIdentity(Path file) {
		this.file = file;
		this.wal = QueueFiles.wal(file);
		this.memory = QueueFiles.sharedMemory(file);
		this.fileKey = look(file, null).key();
		this.walKey = look(this.wal, MISSING).key();
		this.memoryKey = look(this.memory, MISSING).key();
	}

	/**
	 * Returns what the file system calls a file; null when it is not there or not told.
	 */
	static @Nullable Object key(Path file) {
		Object key = look(file, null).key();
		return (key != MISSING) ? key : null;
	}

	/** Returns what the file system called the file when it was opened. */
	@Nullable Object fileKey() {
		return this.fileKey;
	}

	/** Returns what became of the file or its log; empty when they are the same. */
	String change() {
		Look log = look(this.wal, this.walKey);
		if (this.walKey == MISSING) {
			this.walKey = log.key();
		}
		this.walSize = log.size();
		String change = change(this.file, look(this.file, this.fileKey).key(), this.fileKey);
		return change.isEmpty() ? change(this.wal, log.key(), this.walKey) : change;
	}

	/**
	 * Returns what became of the shared memory, in which processes tell each other what
	 * is in the log; empty when it is the same. Who opens the file beside another one
	 * knows nothing of us: both would write the same places of the log.
	 */
	String memoryChange() {
		Object found = look(this.memory, this.memoryKey).key();
		if (this.memoryKey == MISSING) {
			this.memoryKey = found;
		}
		return change(this.memory, found, this.memoryKey);
	}

	/** Returns whether the log is shorter than when it was looked at for a change. */
	boolean isLogShorter() {
		return QueueFiles.size(this.wal) < this.walSize;
	}

	private static String change(Path path, @Nullable Object found, @Nullable Object expected) {
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
		Look log = look(this.wal, this.walKey);
		return log.size() == 0 || change(this.wal, log.key(), this.walKey).isEmpty();
	}

	/** A disk that does not answer shows nothing. */
	private static Look look(Path path, @Nullable Object unknown) {
		try {
			BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
			return new Look(attributes.fileKey(), attributes.size());
		}
		catch (NoSuchFileException ex) {
			return new Look(MISSING, 0);
		}
		catch (IOException ex) {
			return new Look(unknown, 0);
		}
	}

	/**
	 * What is found under a name.
	 *
	 * @param key what the file system calls it
	 * @param size bytes, 0 when it is missing or unknown
	 */
	private record Look(@Nullable Object key, long size) {
	}

}
