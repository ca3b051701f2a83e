package io.github.queuesqlite.maintenance;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

import io.github.queuesqlite.store.Peer;

/**
 * Tells whose beat stands still. An instance counts as frozen when its beat was unchanged
 * for a whole lease on this process's monotonic clock over at least three looks, spaced
 * by a quarter of the lease. A gap between two looks as long as half a lease begins anew:
 * it was this process that stood still.
 */
final class PeerWatch {

	private static final int LEAST_LOOKS = 3;

	/** Also the longest time in which a process that just came is not watched. */
	private static final long MOST_LOOK_NANOS = Duration.ofSeconds(1).toNanos();

	private final long leaseNanos;

	private final Map<Long, Sight> sights = new HashMap<>();

	/** When the latest look began. */
	private long latestLook;

	/** When it had ended. */
	private long latestLooked;

	PeerWatch(long leaseNanos) {
		this.leaseNanos = leaseNanos;
	}

	/** How often to look: well within the gap after which everything begins anew. */
	long lookNanos() {
		return Math.min(MOST_LOOK_NANOS, this.leaseNanos / 8);
	}

	/**
	 * Notes how the beats were at some moment.
	 * @param peers as they were read
	 * @param from a moment before they were read
	 * @param to a moment after: between the two a beat may have been given
	 */
	void look(Collection<Peer> peers, long from, long to) {
		if (to - this.latestLooked > this.leaseNanos / 2) {
			this.sights.clear();
		}
		this.latestLook = from;
		this.latestLooked = to;
		this.sights.keySet().retainAll(peers.stream().map(Peer::epoch).collect(Collectors.toSet()));
		for (Peer peer : peers) {
			Sight sight = this.sights.get(peer.epoch());
			this.sights.put(peer.epoch(), (sight != null && sight.beat == peer.beat())
					? sight.again(to, this.leaseNanos / 4) : new Sight(peer.beat(), to, to, 1));
		}
	}

	boolean isFrozen(Peer peer) {
		Sight sight = this.sights.get(peer.epoch());
		return sight != null && sight.beat == peer.beat() && sight.looks >= LEAST_LOOKS
				&& this.latestLook - sight.since >= this.leaseNanos;
	}

	private record Sight(long beat, long since, long counted, int looks) {

		Sight again(long now, long spacing) {
			return (now - this.counted >= spacing) ? new Sight(this.beat, this.since, now, this.looks + 1) : this;
		}

	}

}
