package io.github.queuesqlite.worker;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.event.RunOutcome;

/** Remembers what it is told. */
final class RecordedRuns implements QueueRecorder {

	final List<String> started = new CopyOnWriteArrayList<>();

	final List<RunOutcome> finished = new CopyOnWriteArrayList<>();

	final List<String> diedUnrun = new CopyOnWriteArrayList<>();

	@Override
	public void started(String queue, String task, Duration wait) {
		this.started.add(task);
	}

	@Override
	public void finished(String queue, String task, RunOutcome outcome, Duration duration) {
		this.finished.add(outcome);
	}

	@Override
	public void diedUnrun(String queue, String task, int messages) {
		this.diedUnrun.add(task);
	}

}
