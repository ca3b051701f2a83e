package io.github.queuesqlite.autoconfigure;

import java.time.Duration;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/** Warns when Boot would stop waiting before the queue does. */
final class ShutdownTimes {

	private static final Logger logger = LoggerFactory.getLogger(ShutdownTimes.class);

	private static final String PHASE_TIMEOUT = "spring.lifecycle.timeout-per-shutdown-phase";

	private ShutdownTimes() {
	}

	static void check(Duration drainTimeout, Environment environment) {
		Duration phaseTimeout = Binder.get(environment)
			.bind(PHASE_TIMEOUT, Duration.class)
			.orElse(Duration.ofSeconds(30));
		if (drainTimeout.compareTo(phaseTimeout) >= 0) {
			logger.warn(
					"Handlers may get less than the {} of 'queue.sqlite.shutdown.drain-timeout' to end:"
							+ " '{}' is {}. Raise the latter above the former.",
					drainTimeout, PHASE_TIMEOUT, phaseTimeout);
		}
	}

}
