package io.github.queuesqlite.autoconfigure;

import io.github.queuesqlite.EmbeddedQueue;

/**
 * Application event: the handlers and listeners of this process are about to stop; those
 * that run go on meanwhile. Published on the thread that stops them, before nothing more
 * is claimed; what a listener throws is logged.
 *
 * @param queue the queue, which can be used
 * @since 0.1.0
 */
public record QueueStopping(EmbeddedQueue queue) {

}
