package io.github.queuesqlite.task;

import io.github.queuesqlite.message.NewMessage;

/**
 * Sees every message before it is stored, on the caller's thread; may change it: add a
 * header, a tenant, a trace. What it throws goes to the caller and nothing is stored.
 * <p>
 * Each message of a chain is shown by itself, those for its failures too; what is added
 * with {@link NewMessage#then} and {@link NewMessage#onFailure} counts for the first one
 * only.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface EnqueueInterceptor {

	/**
	 * Returns the message to store.
	 * @param message the message handed in, or what the interceptor before made of it
	 * @return the same or another message, not null
	 */
	NewMessage beforeEnqueue(NewMessage message);

}
