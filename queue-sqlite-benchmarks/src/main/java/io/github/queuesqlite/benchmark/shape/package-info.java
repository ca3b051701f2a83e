/**
 * Loads of the queue that differ from one base case in one thing each.
 */
@NullMarked
package io.github.queuesqlite.benchmark.shape;

import org.jspecify.annotations.NullMarked;
