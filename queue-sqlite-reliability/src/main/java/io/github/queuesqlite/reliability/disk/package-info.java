/**
 * What stands between a child process and its disk: a preloaded library that records what
 * is written and synced, or makes the n-th call fail; and the disk as power loss may
 * leave it.
 */
@NullMarked
package io.github.queuesqlite.reliability.disk;

import org.jspecify.annotations.NullMarked;
