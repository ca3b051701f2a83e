/**
 * What keeps the store in order beside the workers: one class for each service, each on a
 * thread of its own.
 */
@NullMarked
package io.github.queuesqlite.maintenance;

import org.jspecify.annotations.NullMarked;
