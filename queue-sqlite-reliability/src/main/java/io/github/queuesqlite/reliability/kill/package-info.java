/**
 * Kills a process under load again and again.
 */
@NullMarked
package io.github.queuesqlite.reliability.kill;

import org.jspecify.annotations.NullMarked;
