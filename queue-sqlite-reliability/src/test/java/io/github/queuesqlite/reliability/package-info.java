@NullUnmarked
package io.github.queuesqlite.reliability;

import org.jspecify.annotations.NullUnmarked;
