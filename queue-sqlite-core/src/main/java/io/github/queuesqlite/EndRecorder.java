package io.github.queuesqlite;

import java.time.Duration;
import java.util.List;
import java.util.Set;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.event.RunOutcome;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.FailureRecord;
import io.github.queuesqlite.store.StoreListener;

/**
 * Records the ends that no run of this process reports: expiry, rescue without a try
 * left, damage, what was cancelled to make room, and groups without callback.
 */
final class EndRecorder implements StoreListener {

	private static final Set<String> UNRUN = Set.of(FailureRecord.PROCESS_DIED, FailureRecord.DAMAGED);

	private final QueueRecorder recorder;

	EndRecorder(QueueRecorder recorder) {
		this.recorder = recorder;
	}

	@Override
	public void ended(List<Ended> messages) {
		for (Ended message : messages) {
			if (message.state() == MessageState.EXPIRED) {
				this.recorder.expired(message.queue(), message.task(), 1);
			}
			else if (message.failure() != null && message.failure().type().equals(FailureRecord.DROPPED)) {
				this.recorder.dropped(message.queue(), message.task(), 1);
			}
			else if (message.state() == MessageState.DEAD && isUnrun(message)) {
				this.recorder.diedUnrun(message.queue(), message.task(), 1);
			}
			else if (message.state() == MessageState.COMPLETED && message.task().equals(Chains.GROUP)) {
				this.recorder.finished(message.queue(), message.task(), RunOutcome.COMPLETED, Duration.ZERO);
			}
		}
	}

	private static boolean isUnrun(Ended message) {
		return message.failure() != null && UNRUN.contains(message.failure().type());
	}

}
