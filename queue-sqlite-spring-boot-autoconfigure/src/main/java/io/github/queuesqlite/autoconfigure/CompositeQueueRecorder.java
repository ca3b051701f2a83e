package io.github.queuesqlite.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.event.RunOutcome;

/** Tells several recorders, in order. */
final class CompositeQueueRecorder implements QueueRecorder {

	private final List<QueueRecorder> recorders;

	private CompositeQueueRecorder(List<QueueRecorder> recorders) {
		this.recorders = recorders;
	}

	static QueueRecorder of(List<QueueRecorder> recorders) {
		return switch (recorders.size()) {
			case 0 -> QueueRecorder.NONE;
			case 1 -> recorders.get(0);
			default -> new CompositeQueueRecorder(List.copyOf(recorders));
		};
	}

	@Override
	public void enqueued(String queue, String task, int messages) {
		tell((recorder) -> recorder.enqueued(queue, task, messages));
	}

	@Override
	public void started(String queue, String task, Duration wait) {
		tell((recorder) -> recorder.started(queue, task, wait));
	}

	@Override
	public void finished(String queue, String task, RunOutcome outcome, Duration duration) {
		tell((recorder) -> recorder.finished(queue, task, outcome, duration));
	}

	@Override
	public void expired(String queue, String task, int messages) {
		tell((recorder) -> recorder.expired(queue, task, messages));
	}

	@Override
	public void dropped(String queue, String task, int messages) {
		tell((recorder) -> recorder.dropped(queue, task, messages));
	}

	@Override
	public void diedUnrun(String queue, String task, int messages) {
		tell((recorder) -> recorder.diedUnrun(queue, task, messages));
	}

	@Override
	public void fired(String schedule, int messages, int skipped, long missed) {
		tell((recorder) -> recorder.fired(schedule, messages, skipped, missed));
	}

	@Override
	public void committed(int shard, Duration duration, int rows) {
		tell((recorder) -> recorder.committed(shard, duration, rows));
	}

	private void tell(Consumer<QueueRecorder> call) {
		this.recorders.forEach(call);
	}

}
