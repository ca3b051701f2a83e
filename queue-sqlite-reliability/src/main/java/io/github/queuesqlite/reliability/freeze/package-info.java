/**
 * Freezes a process for longer than its lease.
 */
@NullMarked
package io.github.queuesqlite.reliability.freeze;

import org.jspecify.annotations.NullMarked;
