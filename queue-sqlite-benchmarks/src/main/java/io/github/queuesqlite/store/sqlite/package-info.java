/** Measures what only the package of the SQLite store can reach. */
@NullMarked
package io.github.queuesqlite.store.sqlite;

import org.jspecify.annotations.NullMarked;
