package io.github.queuesqlite.maintenance;

import java.time.Duration;

import io.github.queuesqlite.store.MessageStore;

/**
 * Deletes ended messages that retention does not keep: step by step while there are any,
 * then looks each second, and less and less often while nothing ends.
 */
final class Pruner {

	private static final long LEAST_SLEEP_NANOS = Duration.ofSeconds(1).toNanos();

	private static final long MOST_SLEEP_NANOS = Duration.ofSeconds(8).toNanos();

	private final MessageStore store;

	private final ClockTrust clock;

	private final Loop loop = new Loop("queue-prune", true, this::pass);

	private long sleepNanos = LEAST_SLEEP_NANOS;

	Pruner(MessageStore store, ClockTrust clock) {
		this.store = store;
		this.clock = clock;
	}

	Loop loop() {
		return this.loop;
	}

	private long pass() {
		int deleted = this.store.prune(this.clock.isTrusted());
		if (deleted > 0) {
			this.sleepNanos = LEAST_SLEEP_NANOS;
			return 0;
		}
		long sleep = this.sleepNanos;
		this.sleepNanos = Math.min(MOST_SLEEP_NANOS, 2 * sleep);
		return sleep;
	}

}
