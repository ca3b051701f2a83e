package io.github.queuesqlite.actuate.health;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

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
			throw refused("timeout", timeout, "must be longer than 0");
		}
	}

	private static InvalidConfigurationPropertyValueException refused(String property, Object value, String reason) {
		return new InvalidConfigurationPropertyValueException("management.health.queue." + property, value, reason);
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
				throw refused("threshold.oldest-ready-age", oldestReadyAge, "must be at least 0");
			}
			if (dead != null && dead < 0) {
				throw refused("threshold.dead", dead, "must be at least 0");
			}
			if (stuckHandlers != null && stuckHandlers < 0) {
				throw refused("threshold.stuck-handlers", stuckHandlers, "must be at least 0");
			}
		}

	}

}
