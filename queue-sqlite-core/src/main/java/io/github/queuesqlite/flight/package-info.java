/**
 * Events for Java Flight Recorder: what a writer commits, what it claims, and what runs.
 */
@NullMarked
package io.github.queuesqlite.flight;

import org.jspecify.annotations.NullMarked;
