/** What the engine reports while it works. */
@NullMarked
package io.github.queuesqlite.event;

import org.jspecify.annotations.NullMarked;
