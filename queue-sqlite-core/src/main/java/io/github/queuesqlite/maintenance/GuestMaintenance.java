package io.github.queuesqlite.maintenance;

import java.time.Duration;

import io.github.queuesqlite.store.MessageStore;

/**
 * The only service of a process that does no work: its sign of life.
 * <p>
 * <b>Threads:</b> one daemon thread between {@link #start()} and {@link #stop()}.
 */
public final class GuestMaintenance {

	private final MessageStore store;

	private final BeatKeeper beatKeeper;

	/**
	 * Creates the service.
	 * @param store the store
	 * @param presence whose sign of life to give
	 * @param leaseDuration how long it holds
	 */
	public GuestMaintenance(MessageStore store, Presence presence, Duration leaseDuration) {
		this.store = store;
		this.beatKeeper = new BeatKeeper(store, presence, leaseDuration);
	}

	/** Starts it. */
	public void start() {
		this.store.addListener(this.beatKeeper);
		this.beatKeeper.loop().start();
	}

	/** Stops it and waits for the end of what it does. */
	public void stop() {
		this.beatKeeper.loop().stop();
		this.store.removeListener(this.beatKeeper);
	}

}
