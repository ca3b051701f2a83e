package io.github.queuesqlite;

import java.util.List;

import io.github.queuesqlite.payload.LocalPayloads;
import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.StoreListener;

/** Keeps local payloads while their messages live. */
final class LocalPayloadKeeper implements StoreListener {

	private final LocalPayloads payloads;

	LocalPayloadKeeper(LocalPayloads payloads) {
		this.payloads = payloads;
	}

	@Override
	public boolean wantsStored() {
		return this.payloads.isAnyHandedIn();
	}

	@Override
	public void stored(List<Insertion> messages) {
		for (Insertion message : messages) {
			byte[] bytes = message.payload();
			if (LocalPayloads.CODEC.equals(message.codec()) && bytes != null) {
				this.payloads.stored(message.id(), bytes);
			}
		}
	}

	@Override
	public void ended(List<Ended> messages) {
		messages.forEach((message) -> this.payloads.ended(message.id()));
	}

}
