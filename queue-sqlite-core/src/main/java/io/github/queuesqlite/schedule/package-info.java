/**
 * Schedules: what enqueues messages by the clock, kept in the store. This package says
 * when; who fires stands above the store.
 */
@NullMarked
package io.github.queuesqlite.schedule;

import org.jspecify.annotations.NullMarked;
