package io.github.queuesqlite.worker;

import io.github.queuesqlite.task.QueuePool;

/**
 * One pool of queues at a moment.
 *
 * @param name its name
 * @param pool what it is
 * @param running handlers of all its queues that run now
 */
public record PoolState(String name, QueuePool pool, int running) {

}
