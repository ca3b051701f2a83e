/**
 * Changes the number of shards between starts, and kills a process in the middle of it.
 */
@NullMarked
package io.github.queuesqlite.reliability.shards;

import org.jspecify.annotations.NullMarked;
