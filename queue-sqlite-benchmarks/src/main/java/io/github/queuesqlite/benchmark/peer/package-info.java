/**
 * What people use today, doing the same work as the queue: each contestant in a JVM of
 * its own, on the same disk, with the same payload, handler and durability.
 */
@NullMarked
package io.github.queuesqlite.benchmark.peer;

import org.jspecify.annotations.NullMarked;
