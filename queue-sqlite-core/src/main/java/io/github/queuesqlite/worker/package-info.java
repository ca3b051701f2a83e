/**
 * Claims messages and runs their handlers.
 * <p>
 * A {@link io.github.queuesqlite.worker.WorkerPool} has a lane for each queue. A lane is
 * the store's standing demand: writers ask it in every transaction how much it wants and
 * hand over after the commit. Claimed rows wait in one heap, best first over all shards,
 * bounded by the free permits and some tens of milliseconds of measured work; runner
 * threads take one row after the other from it. A run holds its permit from its start to
 * the end of its handler. Who moves a run out of {@code NEW} or {@code RUNNING} settles
 * it, so each run is settled once whoever ends it: handler, deadline, pause or stop.
 * <p>
 * Lock order: a lane's lock, which is one for all lanes of a pool, then a run's monitor;
 * neither is held while the store or user code is called.
 */
@NullMarked
package io.github.queuesqlite.worker;

import org.jspecify.annotations.NullMarked;
