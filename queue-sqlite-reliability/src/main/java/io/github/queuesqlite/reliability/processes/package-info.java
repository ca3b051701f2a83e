/**
 * Lets several processes share a directory, come, go and die.
 */
@NullMarked
package io.github.queuesqlite.reliability.processes;

import org.jspecify.annotations.NullMarked;
