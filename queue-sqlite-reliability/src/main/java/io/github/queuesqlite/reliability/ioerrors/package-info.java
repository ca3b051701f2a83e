/**
 * Errors of the disk: the n-th write, sync, open or truncate fails.
 */
@NullMarked
package io.github.queuesqlite.reliability.ioerrors;

import org.jspecify.annotations.NullMarked;
