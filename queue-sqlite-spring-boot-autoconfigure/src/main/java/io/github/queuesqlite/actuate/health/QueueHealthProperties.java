package io.github.queuesqlite.actuate.health;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the queue's health.
 *
 * @param timeout How long a check waits for the shards before the queue counts as down,
 * longer than 0. Keep it below the patience of what asks for the health.
 * @param threshold What the queue counts as down above; details only, unless set.
 */
@ConfigurationProperties("management.health.queue")
record QueueHealthProperties(@DefaultValue("5s") Duration timeout, @DefaultValue Threshold threshold) {

	QueueHealthProperties {
		if (timeout.isNegative() || timeout.isZero()) {
			throw new IllegalArgumentException("'timeout' must be longer than 0, was " + timeout);
		}
	}

	/**
	 * What is too much.
	 *
	 * @param oldestReadyAge Time that a message may have been ready, in a queue that is
	 * not paused, before the queue counts as down, from 0. Any time by default.
	 * @param dead Number of dead messages above which the queue counts as down, from 0.
	 * Any number by default.
	 * @param stuckHandlers Number of handlers that go on although their time is over,
	 * above which the queue counts as down, from 0. Any number by default.
	 */
	record Threshold(@Nullable Duration oldestReadyAge, @Nullable Long dead, @Nullable Integer stuckHandlers) {

		static final Threshold NONE = new Threshold(null, null, null);

		Threshold {
			if (oldestReadyAge != null && oldestReadyAge.isNegative()) {
				throw new IllegalArgumentException("'oldest-ready-age' must be 0 or longer, was " + oldestReadyAge);
			}
			if (dead != null && dead < 0) {
				throw new IllegalArgumentException("'dead' must be at least 0, was " + dead);
			}
			if (stuckHandlers != null && stuckHandlers < 0) {
				throw new IllegalArgumentException("'stuck-handlers' must be at least 0, was " + stuckHandlers);
			}
		}

	}

}
