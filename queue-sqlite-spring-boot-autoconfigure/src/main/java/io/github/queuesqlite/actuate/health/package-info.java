/** Health of the queue. */
@NullMarked
package io.github.queuesqlite.actuate.health;

import org.jspecify.annotations.NullMarked;
