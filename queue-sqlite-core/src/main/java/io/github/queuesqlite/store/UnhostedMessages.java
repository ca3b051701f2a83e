package io.github.queuesqlite.store;

/**
 * Messages that expired since no instance hosts their task.
 *
 * @param queue their queue
 * @param task their task
 * @param messages how many
 */
public record UnhostedMessages(String queue, String task, int messages) {

}
