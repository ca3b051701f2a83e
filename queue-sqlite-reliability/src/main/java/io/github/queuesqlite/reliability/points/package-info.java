/**
 * Stops the process at every statement: the files as they are at that moment are copied,
 * opened and checked, which is what a start after a kill would find.
 */
@NullMarked
package io.github.queuesqlite.reliability.points;

import org.jspecify.annotations.NullMarked;
