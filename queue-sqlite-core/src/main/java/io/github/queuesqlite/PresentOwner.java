package io.github.queuesqlite;

import io.github.queuesqlite.listen.ListenOwner;
import io.github.queuesqlite.maintenance.Presence;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.StoreInstance;

/** Owns cursors of listeners under the epoch of this process. */
final class PresentOwner implements ListenOwner {

	private final MessageStore store;

	private final Presence presence;

	PresentOwner(MessageStore store, Presence presence) {
		this.store = store;
		this.presence = presence;
	}

	@Override
	public long epoch() {
		return this.presence.current().epoch();
	}

	@Override
	public boolean holdsLease(long epoch) {
		StoreInstance current = this.presence.current();
		return current.epoch() == epoch && this.presence.holdsLease(current);
	}

	@Override
	public boolean isDead(long epoch) {
		return this.store.peers()
			.stream()
			.noneMatch((peer) -> peer.epoch() == epoch && !peer.dead() && !this.store.isGone(peer));
	}

}
