package io.github.queuesqlite;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Tests for cancelling what another process runs. */
class CancelProcessTests extends ProcessTester {

	@Test
	void cancelStopsTheHandlerInAnotherProcess() throws Exception {
		open((builder) -> builder.shards(2));
		startWorker(TASK);
		awaitRuns("ready", 1);
		MessageId id = this.operations.enqueue(message().payload("hang"));
		awaitRuns("start", 1);
		assertThat(this.operations.cancel(id)).isTrue();
		await().atMost(LONG).until(() -> state(id) == MessageState.CANCELLED);
	}

	@Test
	void cancelOfWhatAnotherProcessRunsHarmsNoOtherOfItsRuns() throws Exception {
		open((builder) -> builder.shards(2));
		startWorker(TASK);
		awaitRuns("ready", 1);
		MessageId first = this.operations.enqueue(message().payload("hang 1"));
		MessageId second = this.operations.enqueue(message().payload("hang 2"));
		awaitRuns("start", 2);
		assertThat(this.operations.cancel(first)).isTrue();
		await().atMost(LONG).until(() -> state(first) == MessageState.CANCELLED);
		assertThat(state(second)).isEqualTo(MessageState.RUNNING);
	}

}
