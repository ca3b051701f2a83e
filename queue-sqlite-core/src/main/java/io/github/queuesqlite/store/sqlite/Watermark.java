package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.util.function.LongSupplier;

import io.github.queuesqlite.store.Room;

/**
 * Whether the disk of one file has room for new data: as long as more than the reserve is
 * free. Pages that are free in the file itself count for up to half of it, as new data
 * goes there first: a queue that filled the disk, and was worked off, takes messages
 * again. Once refused, new data is taken again when an eighth of the reserve more is
 * free.
 * <p>
 * <b>Threads:</b> used by whoever has the baton, one at a time.
 */
final class Watermark {

	/**
	 * Below so much room the log is copied into the file early, so that what it owes the
	 * disk stays small beside the reserve, however many shards there are.
	 */
	private static final long NEAR = 256L * 1024 * 1024;

	/** How many may take the same room before any of them looks again. */
	private static final int TAKERS = 32;

	private static final long MOST_BUDGET = 16L * 1024 * 1024;

	private static final String TOO_MUCH = "So much is refused until space is freed.";

	/** Less than this is nothing: a commit may need it. */
	private static final long BRIM = 1024L * 1024;

	private final Path file;

	private final String label;

	private final String effect;

	private final DiskSpace space;

	private final long reserve;

	private final DiskReserve held;

	private boolean low;

	/** What was free beyond the reserve at the last look. */
	private long headroom = Long.MAX_VALUE;

	/**
	 * Creates a watermark.
	 * @param file on the disk
	 * @param label for people
	 * @param effect what it means that it is full: a sentence
	 * @param space tells what is free
	 * @param reserve bytes to be left; 0 for none
	 * @param held given up when a write has no room
	 */
	Watermark(Path file, String label, String effect, DiskSpace space, long reserve, DiskReserve held) {
		this.file = file;
		this.label = label;
		this.effect = effect;
		this.space = space;
		this.reserve = reserve;
		this.held = held;
	}

	/**
	 * Looks at the disk.
	 * @param bytes what is to be written next
	 * @param freeInFile asked for when the disk is nearly full
	 */
	Room look(long bytes, LongSupplier freeInFile) {
		long free = (this.reserve > 0) ? this.space.free(this.file) : DiskSpace.UNKNOWN;
		if (free == DiskSpace.UNKNOWN) {
			this.low = false;
			this.headroom = Long.MAX_VALUE;
			return Room.PLENTY;
		}
		long room = free;
		if (free < 2 * this.reserve) {
			room += Math.min(freeInFile.getAsLong(), this.reserve / 2);
		}
		this.headroom = room - this.reserve;
		this.low = this.headroom < (this.low ? this.reserve / 8 : 0);
		if (this.low) {
			return new Room(refusal(free), true, Long.MAX_VALUE);
		}
		long budget = Math.min(MOST_BUDGET, this.headroom / TAKERS);
		return (room - bytes < this.reserve / 2)
				? new Room(diskFull(free, ", " + ByteCount.text(bytes) + " needed") + TOO_MUCH, false, budget)
				: new Room("", false, budget);
	}

	/** Returns whether the log should be kept short. */
	boolean isNear() {
		return this.headroom < NEAR;
	}

	/** Makes the file that holds room, where it is missing and there is plenty. */
	void holdRoom() {
		if (!this.low && this.headroom > 2 * this.held.size() && this.held.isMissing()) {
			this.held.makeLater();
		}
	}

	/**
	 * Gives up the room that is held, if that is what a write lacked.
	 * @param full whether SQLite says so
	 * @return why new data must be refused; empty when the disk is not full, which may be
	 * a quota or a fault
	 */
	String makeRoom(boolean full) {
		long free = (this.reserve > 0) ? this.space.free(this.file) : DiskSpace.UNKNOWN;
		boolean brim = free != DiskSpace.UNKNOWN && free < BRIM;
		if (this.reserve == 0 || (!full && !brim)) {
			return "";
		}
		this.held.giveUp();
		if (free == DiskSpace.UNKNOWN || free >= this.reserve) {
			return "";
		}
		this.low = true;
		return refusal(free);
	}

	private String refusal(long free) {
		return diskFull(free, "") + this.effect;
	}

	private String diskFull(long free, String needed) {
		return "Cannot write to " + this.label + ": disk full (" + ByteCount.text(free) + " free, "
				+ ByteCount.text(this.reserve) + " reserved" + needed + "). ";
	}

	/** Ends what goes on in the background. */
	void close() {
		this.held.close();
	}

}
