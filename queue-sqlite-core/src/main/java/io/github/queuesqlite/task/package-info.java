/**
 * Handlers of tasks: their registry, their context, and how their failures are retried.
 */
@NullMarked
package io.github.queuesqlite.task;

import org.jspecify.annotations.NullMarked;
