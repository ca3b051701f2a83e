/** Listen data: durable values by key, whose changes are delivered to listeners. */
@NullMarked
package io.github.queuesqlite.listen;

import org.jspecify.annotations.NullMarked;
