/** Handlers, payloads and results that do what they must not. */
@NullMarked
package io.github.queuesqlite.reliability.hostile;

import org.jspecify.annotations.NullMarked;
