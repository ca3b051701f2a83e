/**
 * Tries to break each promise of the queue, counts what it did, and reports what it
 * found.
 */
@NullMarked
package io.github.queuesqlite.reliability;

import org.jspecify.annotations.NullMarked;
