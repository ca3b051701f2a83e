package io.github.queuesqlite.store;

import java.time.Duration;

import io.github.queuesqlite.event.QueueRecorder;

/**
 * Settings of a writer.
 *
 * @param synced whether commits of enqueues and ends of runs are fsynced; otherwise a
 * synced commit follows within 200 ms
 * @param maxPending most rows of bounded commands that wait
 * @param blockTimeout how long a bounded command waits for a place
 * @param pollInterval how often an idle writer looks at its file, as a safety net
 * @param recorder is told of commits
 */
public record WriterSettings(boolean synced, int maxPending, Duration blockTimeout, Duration pollInterval,
		QueueRecorder recorder) {

}
