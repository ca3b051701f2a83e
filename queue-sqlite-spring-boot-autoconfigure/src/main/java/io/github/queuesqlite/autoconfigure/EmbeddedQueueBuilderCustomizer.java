package io.github.queuesqlite.autoconfigure;

import io.github.queuesqlite.EmbeddedQueue;

/**
 * Changes the queue that is about to be opened. Beans of this type are called in their
 * order, after the properties were applied.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface EmbeddedQueueBuilderCustomizer {

	/**
	 * Changes settings.
	 * @param builder holds what the properties say
	 */
	void customize(EmbeddedQueue.Builder builder);

}
