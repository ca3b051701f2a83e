package io.github.queuesqlite;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.MessageTree;
import io.github.queuesqlite.message.NewGroup;
import io.github.queuesqlite.message.NewMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Messages and trees that are cancelled while other processes run them, and are killed.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CancelProcessTests extends ProcessTester {

	private static final String WORK = "work";

	/** A member that runs elsewhere, one that waits, and a callback. */
	private MessageId group(String payload) {
		return this.operations.enqueueGroup(NewGroup
			.of(NewMessage.to(WORK).payload(payload), NewMessage.to(WORK).payload("waits").delay(LONG.multipliedBy(60)))
			.then(NewMessage.to(WORK).payload("callback")));
	}

	private List<MessageState> states(MessageId id) {
		return this.operations.tree(id).orElseThrow().nodes().stream().map(MessageTree.Node::state).toList();
	}

	@Test
	void cancelWhenTheMessageRunsInAnotherProcessStopsItThere() throws Exception {
		open();
		MessageId id = this.operations.enqueue(WORK, "hang");
		startWorker(WORK);
		awaitRuns("start", 1);
		assertThat(this.operations.cancel(id)).isTrue();
		await().atMost(LONG).until(() -> state(id) == MessageState.CANCELLED);
		assertThat(this.operations.failures(id)).isEmpty();
		assertThat(runs("start")).containsExactly("start work hang");
	}

	@Test
	void cancelWhenTheMessageRunsInAnotherProcessHarmsNoOtherOfItsRuns() throws Exception {
		open((builder) -> builder.shards(2));
		startWorker(WORK);
		awaitRuns("ready", 1);
		MessageId first = this.operations.enqueue(WORK, "hang 1");
		MessageId second = this.operations.enqueue(WORK, "hang 2");
		awaitRuns("start", 2);
		assertThat(this.operations.cancel(first)).isTrue();
		await().atMost(LONG).until(() -> state(first) == MessageState.CANCELLED);
		assertThat(state(second)).isEqualTo(MessageState.RUNNING);
	}

	@Test
	void cancelTreeWhenAMemberRunsInAnotherProcessStopsItThere() throws Exception {
		open();
		MessageId id = group("hang");
		startWorker(WORK);
		awaitRuns("start", 1);
		assertThat(this.operations.cancelTree(id)).isEqualTo(3);
		await().atMost(LONG)
			.untilAsserted(() -> assertThat(states(id)).hasSize(3).containsOnly(MessageState.CANCELLED));
		assertThat(this.operations.cancelTree(id)).isZero();
		assertThat(runs("start")).containsExactly("start work hang");
	}

	@Test
	void cancelTreeWhenTheProcessOfAMemberIsKilledEndsAllAndRunsNothingAgain() throws Exception {
		open();
		MessageId id = group("deaf");
		Process child = startWorker(WORK);
		awaitRuns("start", 1);
		assertThat(this.operations.cancelTree(id)).isEqualTo(3);
		assertThat(states(id)).containsOnlyOnce(MessageState.RUNNING);
		kill(child);
		startWorker(WORK);
		awaitRuns("ready", 2);
		await().atMost(LONG)
			.untilAsserted(() -> assertThat(states(id)).hasSize(3).containsOnly(MessageState.CANCELLED));
		assertThat(runs("start")).containsExactly("start work deaf");
	}

	@Test
	void cancelTreeWhenItsCallerIsKilledCancelsAllOfATreeOrNothing() throws Exception {
		open((builder) -> builder.shards(2));
		List<MessageId> firsts = new ArrayList<>();
		for (int i = 0; i < 300; i++) {
			firsts.add(this.operations.enqueue(NewMessage.to(TreeChild.FIRST)
				.then(NewMessage.to(WORK).payload("second"))
				.then(NewMessage.to(WORK).payload("third"))
				.onFailure(NewMessage.to(WORK).payload("failed"))));
		}
		Process child = start(TreeChild.class);
		awaitRuns("cancelled", 20);
		kill(child);
		Set<MessageId> said = said("cancelled");
		int cancelled = 0;
		for (MessageId first : firsts) {
			List<MessageState> states = states(first);
			boolean any = states.contains(MessageState.CANCELLED);
			assertThat(states).as(first.toString()).hasSize(4);
			assertThat(Set.copyOf(states).equals(Set.of(MessageState.CANCELLED))).as("%s: %s", first, states)
				.isEqualTo(any);
			assertThat(any || !said.contains(first)).as(first.toString()).isTrue();
			cancelled += any ? 1 : 0;
		}
		assertThat(cancelled).isBetween(said.size(), said("cancels").size());
	}

	private Set<MessageId> said(String word) throws IOException {
		Set<MessageId> ids = new HashSet<>();
		runs(word).forEach((line) -> ids.add(MessageId.parse(line.split(" ")[1])));
		return ids;
	}

}
