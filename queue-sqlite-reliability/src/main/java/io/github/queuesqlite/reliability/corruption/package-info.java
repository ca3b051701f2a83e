/** Files that are not what was written. */
@NullMarked
package io.github.queuesqlite.reliability.corruption;

import org.jspecify.annotations.NullMarked;
