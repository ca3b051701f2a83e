package io.github.queuesqlite.maintenance;

import java.time.Duration;

import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.StoreInstance;
import io.github.queuesqlite.store.StoreListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the sign of life three times in each lease, and takes a new epoch when this
 * instance was taken for dead.
 */
final class BeatKeeper implements StoreListener {

	private static final Logger logger = LoggerFactory.getLogger(BeatKeeper.class);

	private static final long SOON_NANOS = Duration.ofMillis(50).toNanos();

	private final MessageStore store;

	private final Presence presence;

	private final long intervalNanos;

	private final Loop loop = new Loop("queue-beat", true, this::pass);

	BeatKeeper(MessageStore store, Presence presence, Duration leaseDuration) {
		this.store = store;
		this.presence = presence;
		this.intervalNanos = leaseDuration.toNanos() / 3;
		presence.onHosting(this.loop::wake);
	}

	Loop loop() {
		return this.loop;
	}

	@Override
	public void declaredDead(long epoch) {
		if (this.presence.current().epoch() == epoch) {
			this.loop.wake();
		}
	}

	private long pass() {
		long next = beat();
		this.presence.tellHosting();
		return next;
	}

	private long beat() {
		StoreInstance instance = this.presence.current();
		boolean late = !this.presence.holdsLease(instance);
		if (!this.store.beat(instance)) {
			logger.warn("Epoch {} of '{}' was declared dead: no sign of life reached the others in time. "
					+ "Its runs are lost and run again", instance.epoch(), instance.name());
			this.presence.renew(instance);
		}
		else if (!this.presence.holdsLease(instance)) {
			// It took so long that others may not have seen it in time.
			return SOON_NANOS;
		}
		else if (late) {
			logger.warn("'{}' (epoch {}) gave no sign of life for a whole lease, but nobody took its messages: "
					+ "it goes on", instance.name(), instance.epoch());
			this.store.demandChanged();
		}
		return this.intervalNanos;
	}

}
