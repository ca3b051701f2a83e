package io.github.queuesqlite;

import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.FailureRecord;
import io.github.queuesqlite.store.StoreListener.Ended;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link EndRecorder}. */
class EndRecorderTests {

	private final List<String> recorded = new ArrayList<>();

	private final EndRecorder recorder = new EndRecorder(new QueueRecorder() {

		@Override
		public void expired(String queue, String task, int messages) {
			EndRecorderTests.this.recorded.add("expired " + queue + " " + task + " " + messages);
		}

		@Override
		public void dropped(String queue, String task, int messages) {
			EndRecorderTests.this.recorded.add("dropped " + queue + " " + task + " " + messages);
		}

		@Override
		public void diedUnrun(String queue, String task, int messages) {
			EndRecorderTests.this.recorded.add("dead " + queue + " " + task + " " + messages);
		}

	});

	@Test
	void endedWhenExpiredIsRecorded() {
		this.recorder.ended(List.of(ended(MessageState.EXPIRED, null), ended(MessageState.EXPIRED, null)));
		assertThat(this.recorded).containsExactly("expired mail welcome 1", "expired mail welcome 1");
	}

	@Test
	void endedWhenRescuedWithoutATryLeftIsRecordedAsDead() {
		this.recorder.ended(List.of(ended(MessageState.DEAD, FailureRecord.PROCESS_DIED)));
		assertThat(this.recorded).containsExactly("dead mail welcome 1");
	}

	@Test
	void endedWhenDroppedIsRecorded() {
		this.recorder.ended(List.of(ended(MessageState.CANCELLED, FailureRecord.DROPPED)));
		assertThat(this.recorded).containsExactly("dropped mail welcome 1");
	}

	@Test
	void endedWhenARunReportsItIsNotRecordedTwice() {
		this.recorder.ended(List.of(ended(MessageState.DEAD, "java.lang.IllegalStateException"),
				ended(MessageState.COMPLETED, null), ended(MessageState.CANCELLED, null), ended(null, null)));
		assertThat(this.recorded).isEmpty();
	}

	private static Ended ended(MessageState state, String failureType) {
		FailureRecord failure = (failureType != null) ? new FailureRecord(1, failureType, "", "", "", 0, 0) : null;
		return new Ended(1, "mail", "welcome", state, null, null, failure);
	}

}
