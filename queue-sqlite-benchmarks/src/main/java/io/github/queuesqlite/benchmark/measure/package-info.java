/**
 * What all measurements share, whatever is measured.
 */
@NullMarked
package io.github.queuesqlite.benchmark.measure;

import org.jspecify.annotations.NullMarked;
