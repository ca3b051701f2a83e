package io.github.queuesqlite.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.store.MessageStoreContract.Settings;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * What those need who pull: messages of whatever task, and an answer when there is none.
 */
abstract class PullContract extends StoreSubject {

	PullContract(Function<Settings, MessageStore> opener) {
		super(opener);
	}

	private DemandContract.Lane lane(int permits) {
		DemandContract.Lane lane = new DemandContract.Lane(this.instance, QUEUE, permits);
		lane.tasks = Claimer.EVERY_TASK;
		return lane;
	}

	private List<StoredMessage> claimEvery(int max) {
		return this.store.claim(this.instance, QUEUE, Claimer.EVERY_TASK, max);
	}

	@Test
	void claimOfEveryTaskTakesThemBestFirst() {
		int[] priorities = { 1, 3, -5, 1, 0, 3 };
		List<Draft> drafts = new ArrayList<>();
		for (int i = 0; i < priorities.length; i++) {
			drafts.add(Draft.of("task-" + i % 4).priority(priorities[i]));
		}
		List<Long> ids = insertAll(drafts);
		insert(Draft.of("task-1").queue("mail").priority(9));
		insert(Draft.of("later").delay(60_000).priority(9));
		assertThat(ids(claimEvery(3))).containsExactly(ids.get(1), ids.get(5), ids.get(0));
		assertThat(ids(claimEvery(10))).containsExactly(ids.get(3), ids.get(4), ids.get(2));
		assertThat(claimEvery(10)).isEmpty();
	}

	@Test
	void claimOfEveryTaskFindsATaskThatIsNew() {
		insert(Draft.of("first"));
		assertThat(claimEvery(10)).hasSize(1);
		assertThat(claimEvery(10)).isEmpty();
		long id = insert(Draft.of("second"));
		assertThat(ids(claimEvery(10))).containsExactly(id);
	}

	@Test
	void claimOfATaskThatIsCalledAStarIsNoClaimOfEveryTask() {
		insert(Draft.of(TASK));
		assertThat(this.store.claim(this.instance, QUEUE, new java.util.HashSet<>(Set.of("*")), 10)).isEmpty();
	}

	@Test
	void demandOfEveryTaskIsHandedWhatComes() {
		DemandContract.Lane lane = lane(100);
		this.store.attach(lane);
		List<Long> ids = insertAll(Draft.of("a"), Draft.of("b"), Draft.of("c"));
		await().until(() -> lane.messages.size() == 3);
		assertThat(ids(lane.messages)).containsExactlyElementsOf(ids);
	}

	@Test
	void suspectOfWhateverTaskIsClaimed() {
		Map<Integer, Long> ids = insertIntoShards(5, (i) -> Draft.of("task-" + i));
		StoreInstance other = this.store.register("other");
		this.store.claim(other, QUEUE, Claimer.EVERY_TASK, 100).forEach((message) -> other.started(message.runKey()));
		assertThat(this.store.rescue(peer(other), (task) -> 4)).hasValue(ids.size());
		insert(Draft.of(TASK).queue("mail"));
		SuspectContract.SuspectLane lane = new SuspectContract.SuspectLane(this.instance, QUEUE);
		lane.tasks = Claimer.EVERY_TASK;
		lane.room.set(ids.size());
		this.store.attach(lane);
		await().until(() -> lane.suspects.size() == ids.size());
		assertThat(lane.suspects).extracting((suspect) -> suspect.message().id())
			.containsExactlyInAnyOrderElementsOf(ids.values());
	}

	@Test
	void claimerThatWantsNothingIsNotAsked() {
		AtomicInteger asked = new AtomicInteger();
		DemandContract.Lane idle = new DemandContract.Lane(this.instance, QUEUE, 100) {

			@Override
			public boolean wantsNothing() {
				return true;
			}

			@Override
			public int wanted(int shard, int bestReady) {
				asked.incrementAndGet();
				return super.wanted(shard, bestReady);
			}

		};
		this.store.attach(idle);
		insertAll(Draft.of(TASK).times(5));
		this.store.askClaimers();
		assertThat(asked).hasValue(0);
		assertThat(count(MessageState.READY)).isEqualTo(5);
	}

	@Test
	void askClaimersReturnsOnceTheyWereHandedWhatWasClaimed() {
		DemandContract.Lane lane = lane(0);
		this.store.attach(lane);
		int messages = insertIntoShards(5, (i) -> Draft.of(TASK)).size();
		for (int round = 0; round < 20; round++) {
			lane.permits.set(100);
			this.store.askClaimers();
			assertThat(lane.messages).hasSize(messages);
			lane.permits.set(0);
			lane.messages.forEach((message) -> settle(new Settlement.Release(message.runKey())));
			lane.messages.clear();
		}
	}

	@Test
	void askClaimersWhenNothingIsReadyReturns() {
		DemandContract.Lane lane = lane(100);
		this.store.attach(lane);
		insert(Draft.of(TASK).queue("mail"));
		this.store.askClaimers();
		assertThat(lane.messages).isEmpty();
	}

	@Test
	void askClaimersWhenInterruptedKeepsTheFlag() {
		Thread.currentThread().interrupt();
		try {
			assertThatExceptionOfType(QueueException.class).isThrownBy(() -> {
				// The shards may be quicker than the flag is seen.
				for (int i = 0; i < 10_000; i++) {
					this.store.askClaimers();
				}
			});
			assertThat(Thread.currentThread().isInterrupted()).isTrue();
		}
		finally {
			Thread.interrupted();
		}
	}

	@Test
	void claimersOfOneQueueGetMessagesInTurn() {
		DemandContract.Lane first = lane(1);
		DemandContract.Lane second = lane(1);
		List<DemandContract.Lane> lanes = List.of(first, second);
		lanes.forEach(this.store::attach);
		for (int i = 1; i <= 60; i++) {
			int inserted = i;
			insert(Draft.of(TASK));
			await().until(() -> first.messages.size() + second.messages.size() == inserted);
			lanes.forEach((lane) -> {
				if (lane.permits.getAndSet(1) == 0) {
					settle(complete(lane.last()));
				}
			});
		}
		// By chance alone it would be one in a million.
		assertThat(first.messages).hasSizeBetween(10, 50);
		assertThat(ids(this.store.list(MessageQuery.all().state(MessageState.COMPLETED)))).hasSize(60);
	}

}
