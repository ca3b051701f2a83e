/**
 * What a user constructs and calls: {@link io.github.queuesqlite.EmbeddedQueue} and
 * {@link io.github.queuesqlite.QueueOperations}.
 */
@NullMarked
package io.github.queuesqlite;

import org.jspecify.annotations.NullMarked;
