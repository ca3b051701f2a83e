package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.IdLayout;
import io.github.queuesqlite.store.Membership;
import io.github.queuesqlite.store.Peer;
import io.github.queuesqlite.store.RunKey;
import io.github.queuesqlite.store.StartedRuns;
import io.github.queuesqlite.store.StoreFile;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes part in a directory: a slot is an OS-locked file, which the OS frees the moment a
 * process ends, however it ends.
 */
final class DirectoryMembership implements Membership {

	private static final Logger logger = LoggerFactory.getLogger(DirectoryMembership.class);

	private final QueueFiles files;

	private final ControlFile control;

	private final ReaderThreads threads;

	/** Our epochs by slot. */
	private final Map<Integer, Long> held = new ConcurrentHashMap<>();

	DirectoryMembership(QueueFiles files, ControlFile control, ReaderThreads threads) {
		this.threads = threads;
		this.files = files;
		this.control = control;
	}

	@Override
	public Place join(LongSupplier greatest, Publisher publisher) {
		try (OpenLock lock = OpenLock.acquire(this.files)) {
			int slot = 0;
			HeldLocks.@Nullable Held held = null;
			while (slot < IdLayout.MAX_SLOTS && (held = HeldLocks.tryLock(this.files.slotLock(slot))) == null) {
				slot++;
			}
			if (held == null) {
				throw new StoreUnavailableException("The directory " + this.files.directory()
						+ " is in use by 32 instances already, which is the most there can be.", null);
			}
			try {
				long epoch = this.control.nextEpoch(greatest.getAsLong());
				publisher.publish(epoch, slot);
				// After it: who sees the file appear finds the epoch.
				RunNotes notes = new RunNotes(this.files.runs(epoch));
				this.held.put(slot, epoch);
				return new SlotPlace(epoch, slot, held, notes);
			}
			catch (IOException | RuntimeException ex) {
				held.close();
				throw ex;
			}
		}
		catch (IOException ex) {
			throw new StoreUnavailableException("Cannot take a place in " + this.files.directory() + ": " + ex, ex);
		}
	}

	@Override
	public void leave(Place place) {
		if (place instanceof SlotPlace own && this.held.remove(place.slot(), place.epoch())) {
			own.lock.close();
		}
	}

	/** The notes of whoever joins appear in the directory of locks. */
	@Override
	public long arrivals() {
		return this.files.locksChangedAt();
	}

	@Override
	public boolean isGone(Peer peer, Collection<Peer> peers) {
		Long own = this.held.get(peer.slot());
		if (own != null) {
			return own != peer.epoch();
		}
		for (Peer other : peers) {
			if (other.slot() == peer.slot() && other.epoch() > peer.epoch()) {
				return true;
			}
		}
		try {
			return HeldLocks.isFree(this.files.slotLock(peer.slot()));
		}
		catch (IOException ex) {
			logger.debug("Cannot look at the lock of slot {}", peer.slot(), ex);
			return false;
		}
	}

	@Override
	public StartedRuns startedRuns(long epoch) {
		return RunNotes.read(this.files.runs(epoch));
	}

	@Override
	public void forget(long epoch) {
		try {
			Files.deleteIfExists(this.files.runs(epoch));
		}
		catch (IOException ex) {
			logger.debug("Cannot delete the notes of epoch {}", epoch, ex);
		}
	}

	@Override
	public StoreFile file() {
		return new ControlStoreFile(this.files);
	}

	@Override
	public void close() {
		this.threads.close();
	}

	/** A slot that is ours. */
	private static final class SlotPlace implements Place {

		private final long epoch;

		private final int slot;

		private final HeldLocks.Held lock;

		private final RunNotes notes;

		SlotPlace(long epoch, int slot, HeldLocks.Held lock, RunNotes notes) {
			this.epoch = epoch;
			this.slot = slot;
			this.lock = lock;
			this.notes = notes;
		}

		@Override
		public long epoch() {
			return this.epoch;
		}

		@Override
		public int slot() {
			return this.slot;
		}

		@Override
		public int started(RunKey key) {
			return this.notes.started(key);
		}

		@Override
		public void settled(int note) {
			this.notes.settled(note);
		}

	}

}
