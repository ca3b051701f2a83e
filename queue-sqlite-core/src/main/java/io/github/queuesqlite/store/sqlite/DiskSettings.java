package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;

import io.github.queuesqlite.message.StoreUnavailableException;
import org.jspecify.annotations.Nullable;

/**
 * How much of a disk is left to others and to the ends of runs.
 *
 * @param reserve bytes that must be free for new data to be taken; 0 for none, null for
 * 64 MB, at most an eighth of the file system
 * @param space tells what is free
 */
public record DiskSettings(@Nullable Long reserve, DiskSpace space) {

	/** What holds unless set. */
	public static final DiskSettings DEFAULT = new DiskSettings(null, DiskSpace.REAL);

	private static final long MEGABYTE = 1024 * 1024;

	private static final long USUAL = 64 * MEGABYTE;

	private static final int LEAST_PART = 8;

	/**
	 * Returns what must be free on the file system of a directory.
	 * @param directory one that is there
	 * @return bytes, 0 for nothing
	 * @throws StoreUnavailableException if the file system is not larger than that
	 */
	long reserve(Path directory) {
		long total = this.space.total(directory);
		if (this.reserve == null) {
			return (total != DiskSpace.UNKNOWN) ? Math.min(USUAL, total / LEAST_PART) : USUAL;
		}
		if (total != DiskSpace.UNKNOWN && this.reserve >= total) {
			throw new StoreUnavailableException("'disk.reserve' is " + ByteCount.text(this.reserve)
					+ ", but the file system of " + directory + " has only " + ByteCount.text(total)
					+ ": it would never take a message. Set less, or use a larger disk.", null);
		}
		return this.reserve;
	}

	/**
	 * Returns how much of the disk is held by a file of its own.
	 * @param reserve what must be free
	 * @return bytes: an eighth, but 1 MB where that is half of it or less
	 */
	static long held(long reserve) {
		return Math.min(Math.max(reserve / LEAST_PART, MEGABYTE), reserve / 2) / PAGE * PAGE;
	}

	/** Settings that leave what is held as others hold it. */
	static DiskSettings asHeld(Path directory) {
		long held = QueueFiles.size(directory.resolve(DiskReserve.NAME));
		return new DiskSettings(held * LEAST_PART, DiskSpace.REAL);
	}

	private static final long PAGE = 4096;

}
