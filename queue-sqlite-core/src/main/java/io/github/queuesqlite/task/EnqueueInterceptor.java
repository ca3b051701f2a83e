package io.github.queuesqlite.task;

import io.github.queuesqlite.message.NewMessage;

/**
 * Sees every message before it is stored, on the caller's thread; may change it: add a
 * header, a tenant, a trace. What it throws goes to the caller and nothing is stored.
 * <p>
 * Each message of a chain is shown by itself, those for its failures too; what is added
 * with {@link NewMessage#then} and {@link NewMessage#onFailure} counts for the first one
 * only.
 * <p>
 * A message of a {@link io.github.queuesqlite.schedule.Schedule} is shown when it is
 * about to be enqueued, by the thread that fires, which must not be held up. Its payload
 * is as it was written: it can be replaced and not looked at. Keys and times that are
 * added, other than a time to live, do not count. It may be shown and not stored, when
 * another process is quicker or the slot is left out; so also again. What is thrown is
 * logged, and the schedule fires when nothing is thrown any more.
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
