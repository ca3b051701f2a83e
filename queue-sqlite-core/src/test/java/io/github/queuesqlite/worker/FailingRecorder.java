package io.github.queuesqlite.worker;

import java.time.Duration;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.event.RunOutcome;

/** Throws whatever it is told. */
final class FailingRecorder implements QueueRecorder {

	@Override
	public void started(String queue, String task, Duration wait) {
		throw new IllegalStateException("recorder");
	}

	@Override
	public void finished(String queue, String task, RunOutcome outcome, Duration duration) {
		throw new IllegalStateException("recorder");
	}

}
