package io.github.queuesqlite.task;

import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;

import io.github.queuesqlite.message.NewMessage;
import org.jspecify.annotations.Nullable;

/**
 * How often and how late a failed message runs again. Retry <i>n</i> waits
 * {@code delay × multiplier^(n − 1)}, at most {@code maxDelay}, spread by {@code jitter}
 * to both sides and never more than {@code maxDelay}. With {@code delays} it waits the
 * <i>n</i>-th of them instead, spread alike.
 *
 * @param maxRetries retries after the first run, 0 to 1,000,000
 * @param delay before the first retry, 0 or longer
 * @param multiplier factor from one retry to the next, 1 to 1,000
 * @param maxDelay longest wait, at least {@code delay}
 * @param jitter spread in parts of the wait, 0 to 1
 * @param delays before each retry, the last one before all further ones; each 0 or
 * longer, at most 1,000; empty when {@code delay} and {@code multiplier} say it
 * @param maxElapsed no retry is begun later than that after the first attempt began, from
 * 1 ms: a message that would be is DEAD; null for any time. Retries after the death of a
 * process, and those that spend no attempt, are not bound by it
 * @since 0.1.0
 */
public record RetryPolicy(int maxRetries, Duration delay, double multiplier, Duration maxDelay, double jitter,
		List<Duration> delays, @Nullable Duration maxElapsed) {

	/** 3 retries after about 1, 2 and 4 seconds. */
	public static final RetryPolicy DEFAULT = new RetryPolicy(3, Duration.ofSeconds(1), 2, Duration.ofMinutes(10), 0.2);

	/** How many delays there may be. */
	private static final int MOST_DELAYS = 1000;

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
		delays = List.copyOf(delays);
		if (delays.size() > MOST_DELAYS) {
			throw new IllegalArgumentException("'delays' must be at most " + MOST_DELAYS + ", were " + delays.size());
		}
		for (Duration each : delays) {
			if (each.isNegative() || each.compareTo(NewMessage.MAX_AHEAD) > 0) {
				throw new IllegalArgumentException(
						"'delays' must each be from 0 to " + NewMessage.MAX_AHEAD.toDays() + " days, were " + delays);
			}
		}
		if (maxElapsed != null && (maxElapsed.toMillis() < 1 || maxElapsed.compareTo(NewMessage.MAX_AHEAD) > 0)) {
			throw new IllegalArgumentException(
					"'maxElapsed' must be from 1 ms to " + NewMessage.MAX_AHEAD.toDays() + " days, was " + maxElapsed);
		}
	}

	/**
	 * Creates a policy of growing waits.
	 * @param maxRetries retries after the first run, 0 to 1,000,000
	 * @param delay before the first retry, 0 or longer
	 * @param multiplier factor from one retry to the next, 1 to 1,000
	 * @param maxDelay longest wait, at least {@code delay}
	 * @param jitter spread in parts of the wait, 0 to 1
	 */
	public RetryPolicy(int maxRetries, Duration delay, double multiplier, Duration maxDelay, double jitter) {
		this(maxRetries, delay, multiplier, maxDelay, jitter, List.of(), null);
	}

	/**
	 * Returns this policy with another number of retries.
	 * @param maxRetries retries after the first run, 0 to 1,000,000
	 * @return the policy
	 */
	public RetryPolicy withMaxRetries(int maxRetries) {
		return new RetryPolicy(maxRetries, this.delay, this.multiplier, this.maxDelay, this.jitter, this.delays,
				this.maxElapsed);
	}

	/**
	 * Returns this policy with other waits.
	 * @param delays before each retry, the last one before all further ones
	 * @return the policy
	 */
	public RetryPolicy withDelays(List<Duration> delays) {
		return new RetryPolicy(this.maxRetries, this.delay, this.multiplier, this.maxDelay, this.jitter, delays,
				this.maxElapsed);
	}

	/**
	 * Returns this policy with another end.
	 * @param maxElapsed how long after the beginning of the first attempt a retry may
	 * begin, from 1 ms; null for any time
	 * @return the policy
	 */
	public RetryPolicy withMaxElapsed(@Nullable Duration maxElapsed) {
		return new RetryPolicy(this.maxRetries, this.delay, this.multiplier, this.maxDelay, this.jitter, this.delays,
				maxElapsed);
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
	 * @return from 0 to {@code maxDelay}, or to the delay and its spread
	 */
	public Duration waitBefore(int retry, RandomGenerator random) {
		double millis = this.delays.isEmpty() ? Math.min(grown(retry), this.maxDelay.toMillis())
				: this.delays.get(Math.min(retry, this.delays.size()) - 1).toMillis();
		double spread = (this.jitter > 0) ? millis * this.jitter * (2 * random.nextDouble() - 1) : 0;
		double most = (this.delays.isEmpty() ? this.maxDelay : NewMessage.MAX_AHEAD).toMillis();
		return Duration.ofMillis((long) Math.min(millis + spread, most));
	}

	private double grown(int retry) {
		return this.delay.toMillis() * Math.pow(this.multiplier, retry - 1.0);
	}

}
