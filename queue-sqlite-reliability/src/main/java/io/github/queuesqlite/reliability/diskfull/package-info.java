/**
 * A full disk: a small file system is filled to the brim and freed again.
 */
@NullMarked
package io.github.queuesqlite.reliability.diskfull;

import org.jspecify.annotations.NullMarked;
