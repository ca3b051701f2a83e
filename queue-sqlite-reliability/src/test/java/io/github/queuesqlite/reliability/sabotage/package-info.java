/** Tests of the planted bugs. */
@NullUnmarked
package io.github.queuesqlite.reliability.sabotage;

import org.jspecify.annotations.NullUnmarked;
