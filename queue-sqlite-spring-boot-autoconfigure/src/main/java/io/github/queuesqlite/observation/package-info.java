/** Observations of enqueues and runs, which carry the trace across the queue. */
@NullMarked
package io.github.queuesqlite.observation;

import org.jspecify.annotations.NullMarked;
