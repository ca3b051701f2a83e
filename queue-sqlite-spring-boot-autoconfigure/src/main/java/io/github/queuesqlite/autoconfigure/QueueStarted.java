package io.github.queuesqlite.autoconfigure;

import io.github.queuesqlite.EmbeddedQueue;

/**
 * Application event: the handlers and listeners of this process run. Published on the
 * thread that starts them, also when {@link QueueWorkers} are started by hand; what a
 * listener throws fails that start.
 *
 * @param queue the queue
 * @since 0.1.0
 */
public record QueueStarted(EmbeddedQueue queue) {

}
