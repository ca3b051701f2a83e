/** Actuator endpoint {@code queue}. */
@NullMarked
package io.github.queuesqlite.actuate.endpoint;

import org.jspecify.annotations.NullMarked;
