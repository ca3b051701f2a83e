package io.github.queuesqlite.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Waiting time before retry <i>n</i>: {@code delay × multiplier^(n − 1)}, at most
 * {@code maxDelay}, spread by {@code jitter}; or a list of waiting times. What is not set
 * comes from {@code queue.sqlite.retry}.
 *
 * @since 0.1.0
 */
@Target({})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface Backoff {

	/** Before the first retry, {@code 1s} or {@code PT1S}. */
	String delay() default "";

	/** Factor from one retry to the next, 1 or more. */
	double multiplier() default -1;

	/** Longest waiting time. */
	String maxDelay() default "";

	/** Spread in parts of the waiting time, 0 to 1: 0.2 is 20 % to both sides. */
	double jitter() default -1;

	/**
	 * Before each retry, the last one before all further ones, {@code "10s", "30s",
	 * "1m"}: instead of delay, multiplier and longest waiting time.
	 */
	String[] delays() default {};

	/**
	 * No retry is begun later than that after the first attempt began: a message that
	 * would be is DEAD.
	 */
	String maxElapsed() default "";

}
