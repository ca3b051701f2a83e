package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * OS locks on files. Closing any descriptor of a file drops the process's locks on it, so
 * a file that this JVM holds, in whatever class loader, is never opened again: system
 * properties list the held ones.
 */
final class HeldLocks {

	private static final String PREFIX = "io.github.queuesqlite.lock.";

	private HeldLocks() {
	}

	/**
	 * Takes a lock if nobody has it.
	 * @param file the file, created when missing
	 * @return the lock; null when somebody has it
	 */
	static @Nullable Held tryLock(Path file) throws IOException {
		synchronized (System.getProperties()) {
			String property = PREFIX + file;
			if (System.getProperties().putIfAbsent(property, "held") != null) {
				return null;
			}
			FileChannel channel = null;
			FileLock lock = null;
			try {
				channel = PrivateFiles.open(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE));
				lock = lock(channel);
				return (lock != null) ? new Held(property, channel) : null;
			}
			finally {
				if (lock == null) {
					if (channel != null) {
						channel.close();
					}
					System.clearProperty(property);
				}
			}
		}
	}

	private static @Nullable FileLock lock(FileChannel channel) throws IOException {
		try {
			return channel.tryLock();
		}
		catch (OverlappingFileLockException ex) {
			return null;
		}
	}

	/**
	 * Returns whether nobody has the lock.
	 * @param file the file
	 * @return false when this JVM or another process has it
	 */
	static boolean isFree(Path file) throws IOException {
		Held held = tryLock(file);
		if (held != null) {
			held.close();
		}
		return held != null;
	}

	static boolean isHeldHere(Path file) {
		return System.getProperty(PREFIX + file) != null;
	}

	/** A lock that this JVM holds. */
	static final class Held implements AutoCloseable {

		private final String property;

		private final FileChannel channel;

		Held(String property, FileChannel channel) {
			this.property = property;
			this.channel = channel;
		}

		@Override
		public void close() {
			synchronized (System.getProperties()) {
				SqliteConnections.closeQuietly(this.channel);
				System.clearProperty(this.property);
			}
		}

	}

}
