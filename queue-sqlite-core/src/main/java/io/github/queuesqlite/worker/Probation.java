package io.github.queuesqlite.worker;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * Keeps the suspects of this process apart, whatever their queues and shards: one at a
 * time, the one that waits longest first, and the one whose process died more than once
 * alone. Only for a time, so that one that takes long holds up nobody for as long. After
 * one that ran alone, what stood still gets as much time before the next; after others
 * the next one is chosen at once from those that were named meanwhile.
 * <p>
 * <b>Threads:</b> safe for use by several threads. A lane's lock may be held by who
 * calls, other than for {@link #look}.
 */
final class Probation {

	/** How often the suspect is looked at. */
	static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

	/** How long shards may name their suspects before one is chosen. */
	static final long CHOICE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

	/** No suspect is taken so long after one that was not there, or did not start. */
	static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	/** No place is kept so long after one that was kept in vain. */
	private static final long VAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

	private final long nanos;

	private final Runnable asking;

	private volatile @Nullable Trial trial;

	/** Whether a place is kept for what is named or chosen. */
	private volatile boolean keeping;

	// Guarded by this

	private Phase phase = Phase.FREE;

	/** When the phase is over that time ends. */
	private long until;

	/** When a place was kept in vain, 0 for never since the latest trial. */
	private long vainAt;

	/** The order numbers of those that were named and not chosen so far. */
	private final Map<Place, Long> named = new HashMap<>();

	private @Nullable Place chosen;

	/**
	 * Creates a probation.
	 * @param nanos how long; 0 keeps nobody apart
	 * @param asking has the shards name their suspects again
	 */
	Probation(long nanos, Runnable asking) {
		this.nanos = nanos;
		this.asking = asking;
	}

	/**
	 * Names a suspect.
	 * @param seq its order number
	 * @return whether it is the one that is chosen
	 */
	synchronized boolean isChosen(Holder holder, int shard, long seq, long now) {
		Place place = new Place(holder, shard);
		if (this.phase == Phase.CHOSEN && place.equals(this.chosen)) {
			return true;
		}
		this.named.put(place, seq);
		if (this.phase == Phase.FREE) {
			become(Phase.CHOOSING, now + CHOICE_NANOS);
			this.keeping = this.vainAt == 0 || now - this.vainAt >= VAIN_NANOS;
		}
		return false;
	}

	/**
	 * Returns whether a holder keeps a place free for a suspect of its own that may be
	 * chosen or is chosen: else other shards take each place before its shard is asked.
	 * Not when that was in vain a moment ago: another process was quicker, or a limit is
	 * reached.
	 */
	boolean awaits(Holder holder) {
		if (!this.keeping) {
			return false;
		}
		synchronized (this) {
			return switch (this.phase) {
				case CHOOSING -> this.named.keySet().stream().anyMatch((place) -> place.holder() == holder);
				case CHOSEN -> this.chosen != null && this.chosen.holder() == holder;
				default -> false;
			};
		}
	}

	/**
	 * Makes room for the suspect that is chosen, until {@link #begin} or {@link #cancel}.
	 */
	synchronized boolean reserve(Holder holder, int shard) {
		if (this.phase != Phase.CHOSEN || !new Place(holder, shard).equals(this.chosen)) {
			return false;
		}
		become(Phase.RESERVED, Long.MAX_VALUE);
		return true;
	}

	/** There was no suspect to take. */
	synchronized void cancel(long now) {
		this.vainAt = Math.max(1, now);
		become(Phase.RESTING, now + REST_NANOS);
	}

	/** A suspect waits where it was claimed from now on. */
	synchronized void begin(Claim suspect, long now) {
		this.vainAt = 0;
		if (this.nanos > 0) {
			this.trial = new Trial(suspect, now, this.nanos);
			become(Phase.TRIAL, Long.MAX_VALUE);
		}
		else {
			become(Phase.RESTING, now);
		}
	}

	private void become(Phase phase, long until) {
		this.phase = phase;
		this.until = until;
		this.keeping = phase == Phase.CHOSEN && (this.keeping || this.vainAt == 0);
	}

	/** Whether a claim may start now. */
	boolean mayStart(Claim claim) {
		Trial trial = this.trial;
		return trial == null || trial.mayStart(claim);
	}

	/** A suspect need not wait for others any longer. */
	void clear(Claim suspect, long now) {
		Trial trial = this.trial;
		if (trial != null) {
			trial.clear(suspect, now);
		}
	}

	/** Whether everybody else stands still for a suspect. */
	boolean isAlone() {
		Trial trial = this.trial;
		return trial != null && trial.isAlone();
	}

	/** Whether a claim waits for its trial, and is not to be given back. */
	boolean isKept(Claim claim, long now) {
		Trial trial = this.trial;
		return trial != null && trial.isKept(claim, now);
	}

	/**
	 * Looks after the suspect. By the watch only.
	 * @param now monotonic nanoseconds
	 * @param holders all lanes and receivers
	 * @return nanoseconds until it must look again, {@link Long#MAX_VALUE} when there is
	 * nothing to look after
	 */
	long look(long now, Collection<? extends Holder> holders) {
		Trial trial = this.trial;
		if (trial != null) {
			if (!trial.isOver(now)) {
				trial.look(now, holders);
				return TICK_NANOS;
			}
			end(trial, now);
		}
		return lookAtTime(now);
	}

	/** Who waited meanwhile is next, unless others stood still. */
	private void end(Trial trial, long now) {
		synchronized (this) {
			this.trial = null;
			long rest = Math.max(trial.stoodStill(now), trial.hasStarted() ? 0 : REST_NANOS);
			if (rest > 0 || !choose(now)) {
				become(Phase.RESTING, now + rest);
				return;
			}
		}
		this.asking.run();
	}

	/** Returns whether there was one to choose. */
	private boolean choose(long now) {
		this.chosen = null;
		long least = Long.MAX_VALUE;
		for (Map.Entry<Place, Long> candidate : this.named.entrySet()) {
			if (this.chosen == null || candidate.getValue() < least) {
				this.chosen = candidate.getKey();
				least = candidate.getValue();
			}
		}
		if (this.chosen == null) {
			return false;
		}
		this.named.remove(this.chosen);
		become(Phase.CHOSEN, now + REST_NANOS);
		return true;
	}

	private long lookAtTime(long now) {
		long left;
		synchronized (this) {
			if (this.phase == Phase.FREE || this.until == Long.MAX_VALUE) {
				return Long.MAX_VALUE;
			}
			if (now < this.until) {
				return this.until - now;
			}
			if (this.phase == Phase.CHOOSING && choose(now)) {
				left = REST_NANOS;
			}
			else {
				if (this.phase == Phase.CHOSEN) {
					this.vainAt = Math.max(1, now);
				}
				become(Phase.FREE, Long.MAX_VALUE);
				this.named.clear();
				left = Long.MAX_VALUE;
			}
		}
		this.asking.run();
		return left;
	}

	private enum Phase {

		/** No suspect is known. */
		FREE,

		/** Shards name theirs. */
		CHOOSING,

		/** The chosen one is to be claimed. */
		CHOSEN,

		/** It is being claimed. */
		RESERVED,

		/** It waits or runs apart. */
		TRIAL,

		/** Nobody is asked for a time. */
		RESTING

	}

	/** Where a suspect was named: the shard keeps it for the holder. */
	private record Place(Holder holder, int shard) {

	}

}
