package io.github.queuesqlite.maintenance;

import java.time.Duration;

import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.StoreListener;

/**
 * Hands messages over that the ends of runs have enqueued for other shards: at once what
 * this process has committed, now and then what the dead have left. Sleeps while nothing
 * is under way.
 */
final class Relayer implements StoreListener {

	private final MessageStore store;

	private final Presence presence;

	private final long pollNanos;

	private final Loop loop = new Loop("queue-relay", true, this::pass);

	Relayer(MessageStore store, Presence presence, Duration pollInterval) {
		this.store = store;
		this.presence = presence;
		this.pollNanos = pollInterval.toNanos();
	}

	Loop loop() {
		return this.loop;
	}

	@Override
	public void relaysAdded() {
		this.loop.wake();
	}

	private long pass() {
		int arrived = 1;
		while (arrived > 0 && this.store.isAnyRelay()) {
			arrived = this.store.handOver(this.presence.current());
		}
		return this.store.isAnyRelay() ? this.pollNanos : Loop.UNTIL_WOKEN;
	}

}
