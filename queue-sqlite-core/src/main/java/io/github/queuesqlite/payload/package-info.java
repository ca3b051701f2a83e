/** How payloads and results become bytes. */
@NullMarked
package io.github.queuesqlite.payload;

import org.jspecify.annotations.NullMarked;
