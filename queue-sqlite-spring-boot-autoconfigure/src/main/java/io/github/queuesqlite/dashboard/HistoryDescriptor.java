package io.github.queuesqlite.dashboard;

import java.util.List;

/**
 * The last hour of this process.
 *
 * @param process another one after each start
 * @param now the time of this process, in milliseconds
 * @param step seconds from one point to the next
 * @param points the oldest first
 * @param current what has happened since the last of them
 */
record HistoryDescriptor(String process, long now, long step, List<HistoryPoint> points, HistoryPoint current) {

}
