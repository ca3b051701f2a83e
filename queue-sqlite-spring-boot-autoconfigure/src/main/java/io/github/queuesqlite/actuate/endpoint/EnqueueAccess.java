package io.github.queuesqlite.actuate.endpoint;

/**
 * For which tasks the endpoint takes messages.
 *
 * @since 0.1.0
 */
public enum EnqueueAccess {

	/** For none. */
	NONE,

	/** For those that this process hosts: their payloads are checked. */
	HOSTED,

	/** For any, whoever hosts it. */
	ANY

}
