package io.github.queuesqlite.worker;

import java.time.Duration;

/**
 * A run whose handler goes on although it timed out or was cancelled. It keeps its place
 * in the lane.
 *
 * @param id the message
 * @param queue its queue
 * @param task its task
 * @param overdue for how long
 * @param thread the name of its thread; empty for a handler that returned a stage
 */
public record OverdueRun(long id, String queue, String task, Duration overdue, String thread) {

}
