@NullUnmarked
package io.github.queuesqlite.reliability.history;

import org.jspecify.annotations.NullUnmarked;
