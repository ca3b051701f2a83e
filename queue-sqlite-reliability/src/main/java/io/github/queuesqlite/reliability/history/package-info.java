/**
 * What processes did, logged outside the queue, and the rules that it must keep.
 * <p>
 * Each process writes one {@link io.github.queuesqlite.reliability.history.HistoryLog},
 * an event at a time, so that a killed one leaves all it came to.
 * {@link io.github.queuesqlite.reliability.history.HistoryChecker} compares them with a
 * {@link io.github.queuesqlite.reliability.history.Snapshot} of what the queue holds in
 * the end.
 */
@NullMarked
package io.github.queuesqlite.reliability.history;

import org.jspecify.annotations.NullMarked;
