/** Meters of the queue. */
@NullMarked
package io.github.queuesqlite.metrics;

import org.jspecify.annotations.NullMarked;
