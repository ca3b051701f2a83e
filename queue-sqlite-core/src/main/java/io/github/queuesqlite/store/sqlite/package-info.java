/** The store in SQLite files: one shard is one file, with one connection that writes. */
@NullMarked
package io.github.queuesqlite.store.sqlite;

import org.jspecify.annotations.NullMarked;
