package io.github.queuesqlite.maintenance;

import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;

import io.github.queuesqlite.message.Names;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.Peer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Takes back what dead instances own. A process that ended is noticed by its freed OS
 * lock within 50 ms, one that is frozen by its beat.
 */
final class Rescuer {

	private static final Logger logger = LoggerFactory.getLogger(Rescuer.class);

	private static final long GONE_INTERVAL_NANOS = Duration.ofMillis(50).toNanos();

	/** As long as nobody else is there: an idle queue should cost nothing. */
	private static final long ARRIVAL_INTERVAL_NANOS = Duration.ofMillis(200).toNanos();

	private final MessageStore store;

	private final Presence presence;

	private final ToIntFunction<String> maxAttempts;

	private final LongSupplier nanoTime;

	private final PeerWatch watch;

	private final Loop loop = new Loop("queue-rescue", true, this::pass);

	private List<Peer> peers = List.of();

	private @Nullable Long latestLook;

	private long seenArrivals;

	Rescuer(MessageStore store, Presence presence, ToIntFunction<String> maxAttempts, LongSupplier nanoTime,
			Duration leaseDuration) {
		this.store = store;
		this.presence = presence;
		this.maxAttempts = maxAttempts;
		this.nanoTime = nanoTime;
		this.watch = new PeerWatch(leaseDuration.toNanos());
	}

	Loop loop() {
		return this.loop;
	}

	long pass() {
		long now = this.nanoTime.getAsLong();
		if (this.latestLook == null || now - this.latestLook >= this.watch.lookNanos()
				|| this.store.arrivals() != this.seenArrivals) {
			look(now);
		}
		RuntimeException failure = null;
		for (Peer peer : this.peers) {
			try {
				rescueIfDead(peer);
			}
			catch (RuntimeException ex) {
				// The others must not wait for the one whose shard cannot be written.
				failure = ex;
			}
		}
		if (failure != null) {
			throw failure;
		}
		return this.peers.isEmpty() ? ARRIVAL_INTERVAL_NANOS : GONE_INTERVAL_NANOS;
	}

	private void look(long now) {
		long arrivals = this.store.arrivals();
		long own = this.presence.current().epoch();
		this.peers = this.store.peers().stream().filter((peer) -> peer.epoch() != own).toList();
		this.watch.look(this.peers, now, this.nanoTime.getAsLong());
		this.latestLook = now;
		this.seenArrivals = arrivals;
	}

	private void rescueIfDead(Peer peer) {
		boolean gone = this.store.isGone(peer);
		if (!peer.dead() && !gone && !this.watch.isFrozen(peer)) {
			return;
		}
		OptionalInt rescued = this.store.rescue(peer, this.maxAttempts);
		if (rescued.isEmpty()) {
			logger.debug("'{}' (epoch {}) gave a sign of life in the last moment", peer.name(), peer.epoch());
			this.latestLook = null;
			return;
		}
		int messages = rescued.getAsInt();
		this.peers = this.peers.stream().filter((other) -> other != peer).toList();
		logger.atLevel((messages > 0) ? Level.WARN : Level.INFO)
			.log("Took back {} messages of '{}' (epoch {}): {}", messages, Names.oneLine(peer.name()), peer.epoch(),
					reason(peer, gone));
	}

	private static String reason(Peer peer, boolean gone) {
		if (peer.dead()) {
			return "whoever began to take them back has not finished";
		}
		return gone ? "its process is gone" : "it gave no sign of life for a whole lease";
	}

}
