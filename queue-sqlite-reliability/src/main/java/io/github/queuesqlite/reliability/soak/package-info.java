/**
 * Lets a queue work for long and watches what it uses.
 */
@NullMarked
package io.github.queuesqlite.reliability.soak;

import org.jspecify.annotations.NullMarked;
