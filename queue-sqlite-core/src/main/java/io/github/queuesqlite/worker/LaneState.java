package io.github.queuesqlite.worker;

import org.jspecify.annotations.Nullable;

/**
 * One lane at a moment.
 *
 * @param queue its queue
 * @param concurrency most handlers at once
 * @param running handlers that run now
 * @param waiting claimed messages whose handler has not started
 * @param paused whether the queue is paused
 * @param pool whose places it shares with other lanes; null for none
 */
public record LaneState(String queue, int concurrency, int running, int waiting, boolean paused,
		@Nullable PoolState pool) {

}
