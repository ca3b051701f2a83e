/** The dashboard: a page on the application's own port, and what it asks for. */
@NullMarked
package io.github.queuesqlite.dashboard;

import org.jspecify.annotations.NullMarked;
