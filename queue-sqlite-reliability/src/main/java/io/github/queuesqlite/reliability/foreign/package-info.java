/**
 * Others lay hands on what the queue works with: the files, the class path, the clock.
 */
@NullMarked
package io.github.queuesqlite.reliability.foreign;

import org.jspecify.annotations.NullMarked;
