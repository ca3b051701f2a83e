package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.StoreUnavailableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a backup goes. Its files are in a directory that says by its name that it is not
 * whole, until the last one is on the disk. What was begun and not completed is deleted.
 */
public final class BackupDirectory implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(BackupDirectory.class);

	private static final String INCOMPLETE = ".incomplete";

	private static final long MARGIN = 1024 * 1024;

	/** What was created here, the latest first. */
	private final Deque<Path> created = new ArrayDeque<>();

	private final Path whole;

	private final Path incomplete;

	private boolean complete;

	private BackupDirectory(Path target, String queue) {
		this.whole = target.resolve(queue);
		this.incomplete = target.resolve(queue + INCOMPLETE);
	}

	/**
	 * Makes room for a backup.
	 * @param target empty, or not there
	 * @param queue the name of the queue
	 * @param directory the directory of the queue's files
	 * @param bytes how many the backup has about
	 * @param space tells what is free
	 * @return to be closed
	 * @throws StoreUnavailableException if it cannot be used: the text says why
	 */
	public static BackupDirectory prepare(Path target, String queue, Path directory, long bytes, DiskSpace space) {
		Path absolute = target.toAbsolutePath().normalize();
		BackupDirectory prepared = null;
		try {
			Path real = real(absolute);
			if (real.startsWith(directory.toRealPath())) {
				throw refused(absolute, "it is inside the directory of the queue, " + directory
						+ ". Give another one, best on another disk", null);
			}
			refuseFull(real);
			prepared = new BackupDirectory(real, queue);
			prepared.create(real);
			prepared.refuseWithoutRoom(real, bytes, space);
			BackupDirectory made = prepared;
			prepared = null;
			return made;
		}
		catch (IOException ex) {
			throw refused(absolute, "it cannot be written: " + ex, ex);
		}
		finally {
			if (prepared != null) {
				prepared.close();
			}
		}
	}

	private static StoreUnavailableException refused(Path target, String why, @Nullable Exception cause) {
		return new StoreUnavailableException("Cannot back up into " + target + ": " + why + ". Nothing was written.",
				cause);
	}

	/** The path without symbolic links, whether or not it is there. */
	private static Path real(Path path) throws IOException {
		Path parent = path.getParent();
		if (Files.exists(path) || parent == null) {
			return path.toRealPath();
		}
		return real(parent).resolve(path.getFileName());
	}

	private static void refuseFull(Path target) throws IOException {
		if (!Files.exists(target)) {
			return;
		}
		if (!Files.isDirectory(target)) {
			throw refused(target, "it is a file", null);
		}
		try (Stream<Path> files = Files.list(target)) {
			List<Path> there = files.limit(1).toList();
			if (!there.isEmpty()) {
				throw refused(target,
						there.get(0).toString().endsWith(INCOMPLETE)
								? "a backup into it is under way, or was broken off: delete " + there.get(0)
										+ ", or give another directory"
								: "it is not empty. Give an empty directory, or one that does not exist",
						null);
			}
		}
	}

	private void create(Path target) throws IOException {
		Deque<Path> missing = new ArrayDeque<>();
		for (Path path = target; path != null && !Files.exists(path); path = path.getParent()) {
			missing.push(path);
		}
		for (Path path : missing) {
			PrivateFiles.createDirectory(path);
			this.created.push(path);
		}
		if (Files.exists(this.incomplete)) {
			throw new FileAlreadyExistsException(this.incomplete.toString());
		}
		PrivateFiles.createDirectory(this.incomplete);
		this.created.push(this.incomplete);
		Files.delete(Files.createTempFile(this.incomplete, "probe", ".tmp"));
	}

	private void refuseWithoutRoom(Path target, long bytes, DiskSpace space) {
		long free = space.free(target);
		if (free != DiskSpace.UNKNOWN && free < bytes + MARGIN) {
			throw refused(target, "the disk has " + ByteCount.text(free) + " free, the files of the queue have "
					+ ByteCount.text(bytes) + ". Free space, or give another directory; 'compact' makes them smaller",
					null);
		}
	}

	/**
	 * Returns where to write the files.
	 * @return exists, and is empty
	 */
	public Path incomplete() {
		return this.incomplete;
	}

	/**
	 * Says that all files are whole and on the disk.
	 * @return where they are now
	 */
	public Path complete() {
		try {
			QueueFiles.sync(this.incomplete);
			Files.move(this.incomplete, this.whole, StandardCopyOption.ATOMIC_MOVE);
			this.complete = true;
			List<Path> names = new ArrayList<>(this.created);
			names.add(this.whole);
			names.stream()
				.map(Path::getParent)
				.filter((parent) -> parent != null && Files.exists(parent))
				.distinct()
				.forEach(QueueFiles::sync);
			return this.whole;
		}
		catch (IOException ex) {
			throw new QueueException("The backup cannot be given its name " + this.whole + ": " + ex, ex);
		}
	}

	/** Deletes what is not complete. */
	@Override
	public void close() {
		if (this.complete) {
			return;
		}
		try {
			deleteFiles();
			for (Path directory : this.created) {
				Files.deleteIfExists(directory);
			}
		}
		catch (DirectoryNotEmptyException ex) {
			logger.debug("Somebody else uses {} meanwhile", ex.getFile());
		}
		catch (IOException ex) {
			logger.warn("What was written of a backup that failed cannot be deleted: {}", ex.toString());
		}
	}

	private void deleteFiles() throws IOException {
		if (!this.created.contains(this.incomplete)) {
			return;
		}
		List<Path> files;
		try (Stream<Path> list = Files.list(this.incomplete)) {
			files = list.toList();
		}
		for (Path file : files) {
			Files.deleteIfExists(file);
		}
	}

}
