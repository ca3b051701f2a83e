/**
 * The store contract and the machinery above SQL: one writer thread per shard that
 * commits in groups, routing, ids. Knows no SQL dialect.
 */
@NullMarked
package io.github.queuesqlite.store;

import org.jspecify.annotations.NullMarked;
