package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.store.Threads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Room on the disk for the ends of runs, for when other programs have filled it to the
 * last byte: a file of noise, since a hole holds no room and zeros may be compressed
 * away. It is deleted when a write fails for lack of room, and made again in the
 * background when there is plenty. All processes of a directory share it.
 * <p>
 * <b>Threads:</b> safe for use by several threads. Its lock is held for no input or
 * output but that of a name.
 */
final class DiskReserve {

	private static final Logger logger = LoggerFactory.getLogger(DiskReserve.class);

	static final String NAME = "disk.reserve";

	private static final int BLOCK = 64 * 1024;

	/** Below so much nothing can be opened. */
	private static final long LEAST_TO_OPEN = 1024 * 1024;

	/** Those who open a queue for a moment do without. */
	private static final long LOOK_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

	/** Who filled the disk may do so again. */
	private static final long REMAKE_AFTER_NANOS = TimeUnit.SECONDS.toNanos(10);

	private final Path file;

	private final long size;

	/** Guarded by this. */
	private long lookAt = System.nanoTime() + LOOK_EVERY_NANOS;

	/** Guarded by this. */
	private @Nullable Thread maker;

	private volatile boolean wanted = true;

	/**
	 * Creates a reserve; no file yet. One that is there and not wanted is deleted.
	 * @param directory where the file is
	 * @param size bytes, 0 for no file
	 */
	DiskReserve(Path directory, long size) {
		this.file = directory.resolve(NAME);
		this.size = size;
		if (size == 0) {
			delete();
		}
	}

	long size() {
		return this.size;
	}

	/** Returns whether the file is missing; looks once a second at most. */
	synchronized boolean isMissing() {
		long now = System.nanoTime();
		if (this.size == 0 || now - this.lookAt < 0) {
			return false;
		}
		this.lookAt = now + LOOK_EVERY_NANOS;
		return QueueFiles.size(this.file) != this.size;
	}

	/** Makes the file on a thread of its own. */
	synchronized void makeLater() {
		if (this.maker == null || !this.maker.isAlive()) {
			this.wanted = true;
			Thread thread = new Thread(this::make, "queue-disk-reserve");
			thread.setDaemon(true);
			this.maker = thread;
			thread.start();
		}
	}

	private void make() {
		try (FileChannel channel = PrivateFiles.open(this.file,
				Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE))) {
			write(channel);
		}
		catch (IOException | OutOfMemoryError ex) {
			// What could be written holds room already: others fill the disk right now,
			// or
			// memory lacks. It is looked at again.
			logger.debug("Cannot hold {} in {}", ByteCount.text(this.size), this.file, ex);
			lookLater();
		}
		if (!this.wanted) {
			delete();
		}
	}

	private void write(FileChannel channel) throws IOException {
		Random random = new Random();
		byte[] noise = new byte[BLOCK];
		long written = 0;
		while (written < this.size && this.wanted) {
			random.nextBytes(noise);
			ByteBuffer block = ByteBuffer.wrap(noise, 0, (int) Math.min(BLOCK, this.size - written));
			while (block.hasRemaining()) {
				written += channel.write(block);
			}
		}
		channel.truncate(this.size);
	}

	/** Deletes the file: what it held can be written by whoever is first. */
	void giveUp() {
		synchronized (this) {
			this.wanted = false;
			lookLater();
		}
		if (delete()) {
			logger.info("The disk is full: {} were given up for what must be written, {}", ByteCount.text(this.size),
					this.file);
		}
	}

	private synchronized void lookLater() {
		this.lookAt = System.nanoTime() + REMAKE_AFTER_NANOS;
	}

	private boolean delete() {
		try {
			return Files.deleteIfExists(this.file);
		}
		catch (IOException ex) {
			logger.debug("Cannot delete {}", this.file, ex);
			return false;
		}
	}

	/** Deletes the file of a directory on a disk that is too full to open anything. */
	static void giveUpToOpen(Path directory, DiskSpace space) {
		long free = space.free(directory);
		if (free != DiskSpace.UNKNOWN && free < LEAST_TO_OPEN && Files.exists(directory.resolve(NAME))) {
			new DiskReserve(directory, 0);
			logger.info("The disk is full: {} was given up to open the queue", directory.resolve(NAME));
		}
	}

	/** Ends what goes on in the background; a file that is made stays. */
	void close() {
		Thread maker;
		synchronized (this) {
			maker = this.maker;
			this.maker = null;
		}
		if (maker != null && maker.isAlive()) {
			this.wanted = false;
			Threads.awaitEnd(maker);
		}
	}

}
