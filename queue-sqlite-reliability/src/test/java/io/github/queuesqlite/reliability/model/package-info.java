@NullUnmarked
package io.github.queuesqlite.reliability.model;

import org.jspecify.annotations.NullUnmarked;
