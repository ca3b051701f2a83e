package io.github.queuesqlite.store;

/**
 * How many messages of one queue and task an instance has claimed and not ended.
 *
 * @param epoch the instance
 * @param queue the queue
 * @param task the task
 * @param messages how many
 */
public record RunCount(long epoch, String queue, String task, int messages) {

}
