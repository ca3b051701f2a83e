/** The command line: reads and steers the directory of a queue. */
@NullMarked
package io.github.queuesqlite.cli;

import org.jspecify.annotations.NullMarked;
