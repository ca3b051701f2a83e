/**
 * A small photo service: imports folders, makes thumbnails, reads metadata, shows a
 * gallery. All its work goes through the queue.
 */
@NullMarked
package io.github.queuesqlite.sample;

import org.jspecify.annotations.NullMarked;
