package io.github.queuesqlite;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

import io.github.queuesqlite.message.QueueException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the files of one queue are.
 *
 * @param path absolute
 * @param temporary whether it is deleted with the queue
 */
record QueueDirectory(Path path, boolean temporary) {

	private static final Logger logger = LoggerFactory.getLogger(QueueDirectory.class);

	/**
	 * Returns where the files of a queue are.
	 * @param directory what the user asked for; null for a directory of its own
	 * @return absolute; exists when it is temporary
	 */
	static QueueDirectory of(@Nullable Path directory) {
		if (directory != null) {
			return new QueueDirectory(directory.toAbsolutePath().normalize(), false);
		}
		try {
			return new QueueDirectory(Files.createTempDirectory("queue-sqlite-").toAbsolutePath(), true);
		}
		catch (IOException ex) {
			throw new QueueException(
					"Cannot create a temporary directory in '" + System.getProperty("java.io.tmpdir") + "'", ex);
		}
	}

	/** Deletes a temporary directory; keeps any other. */
	void deleteIfTemporary() {
		if (!this.temporary) {
			return;
		}
		try {
			Files.walkFileTree(this.path, new Deletion());
		}
		catch (IOException ex) {
			logger.warn("The temporary directory {} could not be deleted: {}", this.path, ex.toString());
		}
	}

	private static final class Deletion extends SimpleFileVisitor<Path> {

		@Override
		public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
			Files.deleteIfExists(file);
			return FileVisitResult.CONTINUE;
		}

		@Override
		public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure) throws IOException {
			if (failure != null) {
				throw failure;
			}
			Files.deleteIfExists(directory);
			return FileVisitResult.CONTINUE;
		}

	}

}
