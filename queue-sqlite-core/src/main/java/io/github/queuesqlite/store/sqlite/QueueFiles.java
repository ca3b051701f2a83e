package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.IdLayout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of one queue, by name. A live database file is never opened from Java:
 * closing any descriptor of it would drop SQLite's locks.
 *
 * @param directory the canonical directory
 */
record QueueFiles(Path directory) {

	private static final Logger logger = LoggerFactory.getLogger(QueueFiles.class);

	private static final Set<String> NETWORK = Set.of("nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afs",
			"ncpfs", "9p", "fuse.sshfs", "fuse.glusterfs", "ceph", "fuse.ceph", "lustre", "gfs2", "davfs",
			"fuse.davfs2", "afpfs", "webdav");

	/**
	 * Creates what is missing and refuses what cannot work.
	 * @param directory where the files are
	 * @return the files
	 * @throws StoreUnavailableException if the directory cannot be used
	 */
	static QueueFiles prepare(Path directory) {
		try {
			create(directory.toAbsolutePath().normalize());
			Path canonical = directory.toRealPath();
			refuseNetwork(canonical);
			DiskReserve.giveUpToOpen(canonical, DiskSpace.REAL);
			PrivateFiles.createSubdirectory(canonical.resolve("locks"));
			sync(canonical);
			refuseUnwritable(canonical);
			return new QueueFiles(canonical);
		}
		catch (IOException ex) {
			throw new StoreUnavailableException(
					"Cannot use the directory " + directory.toAbsolutePath() + ": " + ex
							+ ". Give the application a local directory that it may write ('queue.sqlite.directory').",
					ex);
		}
	}

	/** A new directory is on the disk only once its parent is synced. */
	private static void create(Path directory) throws IOException {
		Deque<Path> missing = new ArrayDeque<>();
		Path path = directory;
		while (path != null && !Files.exists(path)) {
			missing.push(path);
			path = path.getParent();
		}
		for (Path created : missing) {
			PrivateFiles.createDirectory(created);
			sync(created);
			Path parent = created.getParent();
			if (parent != null) {
				sync(parent);
			}
		}
		if (!Files.isDirectory(directory)) {
			throw new IOException("it is a file");
		}
	}

	static void sync(Path directory) {
		try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
			channel.force(true);
		}
		catch (IOException ex) {
			// Windows cannot open directories; there the file system does it.
			logger.debug("Cannot sync {}", directory, ex);
		}
	}

	private static void refuseNetwork(Path directory) throws IOException {
		FileStore store = Files.getFileStore(directory);
		if (isNetwork(store.type())) {
			throw new StoreUnavailableException("The directory " + directory + " is on a network file system ("
					+ store.type() + "), whose locks and shared memory SQLite cannot trust. Use a local disk.", null);
		}
	}

	static boolean isNetwork(String type) {
		return NETWORK.contains(type.toLowerCase(Locale.ROOT));
	}

	private static void refuseUnwritable(Path directory) throws IOException {
		Path probe = Files.createTempFile(directory.resolve("locks"), "probe", ".tmp");
		try {
			Files.write(probe, new byte[4096], StandardOpenOption.WRITE, StandardOpenOption.SYNC);
		}
		finally {
			Files.deleteIfExists(probe);
		}
	}

	Path shard(int number) {
		return this.directory.resolve("queue_shard_" + number + ".db");
	}

	Path control() {
		return this.directory.resolve("control.db");
	}

	Path listen() {
		return this.directory.resolve("listen.db");
	}

	Path openLock() {
		return this.directory.resolve("locks").resolve("open.lock");
	}

	Path slotLock(int slot) {
		return this.directory.resolve("locks").resolve("slot-%02d.lock".formatted(slot));
	}

	/** Whether a process uses the directory, or another queue of this one. */
	boolean isInUse() throws IOException {
		for (int slot = 0; slot < IdLayout.MAX_SLOTS; slot++) {
			Path lock = slotLock(slot);
			if (Files.exists(lock) && !HeldLocks.isFree(lock)) {
				return true;
			}
		}
		return false;
	}

	Path runs(long epoch) {
		return this.directory.resolve("locks").resolve("runs-" + epoch + ".map");
	}

	/**
	 * Returns when a file of the directory of locks came or went for the last time.
	 * @return nanoseconds of the file system's clock; 0 when that cannot be told
	 */
	long locksChangedAt() {
		try {
			return Files.getLastModifiedTime(this.directory.resolve("locks")).to(TimeUnit.NANOSECONDS);
		}
		catch (IOException ex) {
			return 0;
		}
	}

	static Path wal(Path file) {
		return file.resolveSibling(file.getFileName() + "-wal");
	}

	static Path sharedMemory(Path file) {
		return file.resolveSibling(file.getFileName() + "-shm");
	}

	/** What SQLite leaves when the first write of a file was cut off. */
	static Path journal(Path file) {
		return file.resolveSibling(file.getFileName() + "-journal");
	}

	static long size(Path file) {
		try {
			return Files.size(file);
		}
		catch (IOException ex) {
			return 0;
		}
	}

}
