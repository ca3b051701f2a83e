/**
 * Measures the queue beside what the machine could do, and writes the report.
 */
@NullMarked
package io.github.queuesqlite.benchmark;

import org.jspecify.annotations.NullMarked;
