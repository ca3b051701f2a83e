/**
 * The vocabulary of the queue: messages, their ids, states and priorities, queries, and
 * every exception. Depends on nothing else of the library.
 */
@NullMarked
package io.github.queuesqlite.message;

import org.jspecify.annotations.NullMarked;
