package io.github.queuesqlite.task;

import java.time.Duration;
import java.util.random.RandomGenerator;

import io.github.queuesqlite.message.NewMessage;

/**
 * How often and how late a failed message runs again. Retry <i>n</i> waits
 * {@code delay × multiplier^(n − 1)}, at most {@code maxDelay}, spread by {@code jitter}
 * to both sides and never more than {@code maxDelay}.
 *
 * @param maxRetries retries after the first run, 0 to 1,000,000
 * @param delay before the first retry, 0 or longer
 * @param multiplier factor from one retry to the next, 1 to 1,000
 * @param maxDelay longest wait, at least {@code delay}
 * @param jitter spread in parts of the wait, 0 to 1
 * @since 0.1.0
 */
public record RetryPolicy(int maxRetries, Duration delay, double multiplier, Duration maxDelay, double jitter) {

	/** 3 retries after about 1, 2 and 4 seconds. */
	public static final RetryPolicy DEFAULT = new RetryPolicy(3, Duration.ofSeconds(1), 2, Duration.ofMinutes(10), 0.2);

	public RetryPolicy {
		if (maxRetries < 0 || maxRetries > NewMessage.MAX_RETRIES) {
			throw new IllegalArgumentException(
					"'maxRetries' must be from 0 to " + NewMessage.MAX_RETRIES + ", was " + maxRetries);
		}
		if (delay.isNegative() || delay.compareTo(NewMessage.MAX_AHEAD) > 0) {
			throw new IllegalArgumentException(
					"'delay' must be from 0 to " + NewMessage.MAX_AHEAD.toDays() + " days, was " + delay);
		}
		if (!(multiplier >= 1 && multiplier <= 1000)) {
			throw new IllegalArgumentException("'multiplier' must be from 1 to 1000, was " + multiplier);
		}
		if (maxDelay.compareTo(delay) < 0 || maxDelay.compareTo(NewMessage.MAX_AHEAD) > 0) {
			throw new IllegalArgumentException("'maxDelay' must be from 'delay' (" + delay + ") to "
					+ NewMessage.MAX_AHEAD.toDays() + " days, was " + maxDelay);
		}
		if (!(jitter >= 0 && jitter <= 1)) {
			throw new IllegalArgumentException("'jitter' must be from 0 to 1, was " + jitter);
		}
	}

	/**
	 * Returns how many attempts there are, the first run included.
	 * @return 1 or greater
	 */
	public int maxAttempts() {
		return this.maxRetries + 1;
	}

	/**
	 * Returns how long to wait before a retry.
	 * @param retry which retry, from 1
	 * @param random spreads the wait
	 * @return from 0 to {@code maxDelay}
	 */
	public Duration waitBefore(int retry, RandomGenerator random) {
		double millis = Math.min(this.delay.toMillis() * Math.pow(this.multiplier, retry - 1.0),
				this.maxDelay.toMillis());
		double spread = (this.jitter > 0) ? millis * this.jitter * (2 * random.nextDouble() - 1) : 0;
		return Duration.ofMillis((long) Math.min(millis + spread, this.maxDelay.toMillis()));
	}

}
