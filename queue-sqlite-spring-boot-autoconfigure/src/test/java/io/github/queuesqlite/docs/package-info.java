/**
 * Holds the documentation to what the code does.
 */
@NullMarked
package io.github.queuesqlite.docs;

import org.jspecify.annotations.NullMarked;
