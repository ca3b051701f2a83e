package io.github.queuesqlite.listen;

import java.time.Duration;

import io.github.queuesqlite.task.RetryPolicy;

/**
 * How changes are delivered.
 *
 * @param retry when a failed change is delivered again, until its key is parked
 * @param parkedInterval how often a parked key is tried again, more than 0
 * @param pollInterval how soon changes made by other processes are seen, more than 0
 * @param stopTimeout how long a stop waits for running listeners, 0 or longer
 */
public record ListenSettings(RetryPolicy retry, Duration parkedInterval, Duration pollInterval, Duration stopTimeout) {

	/** 3 retries, parked keys every 5 minutes, other processes within a second. */
	public static final ListenSettings DEFAULT = new ListenSettings(RetryPolicy.DEFAULT, Duration.ofMinutes(5),
			Duration.ofSeconds(1), Duration.ofSeconds(20));

	public ListenSettings {
		checkPositive("parkedInterval", parkedInterval);
		checkPositive("pollInterval", pollInterval);
		if (stopTimeout.isNegative()) {
			throw new IllegalArgumentException("'stopTimeout' must be at least 0, was " + stopTimeout);
		}
	}

	/**
	 * Returns a copy with another number of retries.
	 * @param maxRetries 0 or more
	 * @return the copy
	 */
	public ListenSettings withMaxRetries(int maxRetries) {
		return new ListenSettings(this.retry.withMaxRetries(maxRetries), this.parkedInterval, this.pollInterval,
				this.stopTimeout);
	}

	private static void checkPositive(String what, Duration value) {
		if (value.isNegative() || value.isZero()) {
			throw new IllegalArgumentException("'" + what + "' must be more than 0, was " + value);
		}
	}

}
