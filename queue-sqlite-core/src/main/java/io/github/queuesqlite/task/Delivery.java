package io.github.queuesqlite.task;

/**
 * How often a handler may get one message.
 *
 * @since 0.1.0
 */
public enum Delivery {

	/**
	 * Its end is stored after the handler: it runs again when the handler fails or its
	 * process dies.
	 */
	AT_LEAST_ONCE,

	/**
	 * Its end is stored, and fsynced whatever the durability, before the handler is
	 * called: COMPLETED, without a result. Whatever happens then, it never runs again. So
	 * it may not run at all: when the process dies between the two, or when the handler
	 * fails, which is logged and counted. A payload that cannot be read ends it DEAD.
	 * <p>
	 * Whoever waits for its end is told before the handler runs. Nothing waits for the
	 * handler but the stop of the workers and its permit: messages behind it in the line
	 * of an ordering key may begin while it runs.
	 */
	AT_MOST_ONCE

}
