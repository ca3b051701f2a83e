package io.github.queuesqlite.task;

import java.time.Duration;

import io.github.queuesqlite.message.NewMessage;

/**
 * Thrown by a handler that wants to run again after a time of its own choice. Spends an
 * attempt unless {@link #withoutAttempt()} is called.
 *
 * @since 0.1.0
 */
public class RetryTaskException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final Duration delay;

	private boolean countsAttempt = true;

	/**
	 * Asks for another run.
	 * @param delay from now, 0 or longer
	 */
	public RetryTaskException(Duration delay) {
		this(delay, "Retry asked for by the handler");
	}

	/**
	 * Asks for another run.
	 * @param delay from now, 0 or longer
	 * @param reason recorded with the attempt
	 * @throws IllegalArgumentException if the delay is negative or longer than
	 * {@link NewMessage#MAX_AHEAD}
	 */
	public RetryTaskException(Duration delay, String reason) {
		super(reason);
		if (delay.isNegative() || delay.compareTo(NewMessage.MAX_AHEAD) > 0) {
			throw new IllegalArgumentException(
					"'delay' must be from 0 to " + NewMessage.MAX_AHEAD.toDays() + " days, was " + delay);
		}
		this.delay = delay;
	}

	/**
	 * Spends no attempt: for waiting, not for failing.
	 * @return this exception
	 */
	public RetryTaskException withoutAttempt() {
		this.countsAttempt = false;
		return this;
	}

	public Duration delay() {
		return this.delay;
	}

	public boolean countsAttempt() {
		return this.countsAttempt;
	}

}
