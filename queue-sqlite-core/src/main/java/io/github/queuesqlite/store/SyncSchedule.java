package io.github.queuesqlite.store;

import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Which commits are fsynced: with full durability those of commands that ask for it, else
 * one soon after the first that asked.
 * <p>
 * <b>Threads:</b> used by whoever has the baton, one at a time.
 */
final class SyncSchedule {

	/** With time left for the sync itself, so that power loss takes at most 200 ms. */
	private static final long SYNC_AFTER_NANOS = TimeUnit.MILLISECONDS.toNanos(150);

	private final boolean full;

	private long firstUnsynced;

	private boolean unsynced;

	SyncSchedule(boolean full) {
		this.full = full;
	}

	/** Returns whether the commit of a batch that begins now is fsynced. */
	<S> boolean isDue(List<Command<S>> batch) {
		boolean later = false;
		for (Command<S> command : batch) {
			Sync sync = command.sync();
			if (sync == Sync.NOW || (sync == Sync.AS_SET && this.full)) {
				return true;
			}
			later |= sync != Sync.NEVER;
		}
		if (this.unsynced) {
			return isOverdue(System.nanoTime());
		}
		if (later) {
			this.firstUnsynced = System.nanoTime();
			this.unsynced = true;
		}
		return false;
	}

	/** Returns whether there are commits whose sync was asked for and not made. */
	boolean isOwed() {
		return this.unsynced;
	}

	boolean isOverdue(long now) {
		return this.unsynced && now - this.firstUnsynced >= SYNC_AFTER_NANOS;
	}

	/** Everything is on the disk. */
	void synced() {
		this.unsynced = false;
	}

	/** Nanoseconds until a sync is overdue; the greatest long when none is owed. */
	long untilOverdue(long now) {
		return this.unsynced ? this.firstUnsynced + SYNC_AFTER_NANOS - now : Long.MAX_VALUE;
	}

}
