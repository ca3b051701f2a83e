package io.github.queuesqlite.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.MessageStoreContract.Settings;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Standing demand: messages come without being asked for, and stop coming at once. */
abstract class DemandContract extends StoreSubject {

	DemandContract(Function<Settings, MessageStore> opener) {
		super(opener);
	}

	private Lane attach(int permits) {
		Lane lane = new Lane(this.instance, QUEUE, permits);
		this.store.attach(lane);
		return lane;
	}

	@Test
	void attachWhenMessagesWaitHandsThemOver() {
		List<Long> ids = insertAll(Draft.of(TASK).times(5));
		Lane lane = attach(100);
		await().until(() -> lane.messages.size() == 5);
		assertThat(ids(lane.messages)).containsExactlyElementsOf(ids);
		assertThat(lane.messages).allSatisfy((message) -> {
			assertThat(message.state()).isEqualTo(MessageState.RUNNING);
			assertThat(message.owner()).isEqualTo(this.instance.epoch());
			assertThat(message.attempt()).isOne();
		});
	}

	@Test
	void insertWhenDemandStandsIsHandedOver() {
		Lane lane = attach(100);
		List<Long> ids = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			ids.add(insert(Draft.of(TASK)));
		}
		await().until(() -> lane.messages.size() == 10);
		assertThat(ids(lane.messages)).containsExactlyInAnyOrderElementsOf(ids);
	}

	@Test
	void claimedWhenMemoryLacksComesAgainUncounted() {
		List<Long> ids = insertAll(Draft.of(TASK).times(5));
		AtomicInteger failures = new AtomicInteger(2);
		Lane lane = new Lane(this.instance, QUEUE, 100) {

			@Override
			public void claimed(int shard, List<StoredMessage> claimed) {
				if (!claimed.isEmpty() && failures.getAndDecrement() > 0) {
					throw new OutOfMemoryError("just now");
				}
				super.claimed(shard, claimed);
			}

		};
		this.store.attach(lane);
		await().until(() -> lane.messages.size() == 5);
		assertThat(ids(lane.messages)).containsExactlyInAnyOrderElementsOf(ids);
		assertThat(lane.messages).allSatisfy((message) -> assertThat(message.attempt()).isOne());
		assertCountersMatchRows();
	}

	@Test
	void attachHandsOverBestFirst() {
		List<Long> ids = insertAll(Draft.of(TASK).priority(0), Draft.of(TASK).priority(2), Draft.of(TASK).priority(1));
		Lane lane = attach(100);
		await().until(() -> lane.messages.size() == 3);
		assertThat(ids(lane.messages)).containsExactly(ids.get(1), ids.get(2), ids.get(0));
	}

	@Test
	void attachWhenSeveralTasksAreHostedHandsOverBestFirst() {
		List<Draft> drafts = new ArrayList<>();
		for (int i = 0; i < 40; i++) {
			drafts.add(Draft.of((i % 2 == 0) ? TASK : "other").priority(i % 7));
		}
		insertAll(drafts);
		Lane lane = new Lane(this.instance, QUEUE, 100);
		lane.tasks = Set.of(TASK, "other");
		this.store.attach(lane);
		await().until(() -> lane.messages.size() == 40);
		assertThat(List.copyOf(lane.messages)).isSortedAccordingTo(StoredMessage.CLAIM_ORDER);
		this.store.detach(lane);
	}

	@Test
	void attachWhenClaimersShareRoomTellsWhatIsReadyBeforeItAsks() {
		Sharing one = new Sharing(this.instance, QUEUE);
		Sharing two = new Sharing(this.instance, "second");
		this.store.attach(one);
		this.store.attach(two);
		insertAll(Draft.of(TASK).times(5));
		insert(Draft.of(TASK).queue("second"));
		await().until(() -> one.messages.size() == 5 && two.messages.size() == 1);
		assertThat(List.of(one.untold, two.untold)).allMatch(Set::isEmpty);
		await().until(() -> one.isNothingReady() && two.isNothingReady());
		this.store.detach(one);
		this.store.detach(two);
	}

	@Test
	void attachWhenDemandIsSpentTakesNoMore() {
		insertAll(Draft.of(TASK).times(20));
		Lane lane = attach(3);
		await().until(() -> lane.messages.size() == 3);
		insertAll(Draft.of(TASK).times(5));
		this.store.probe();
		assertThat(lane.messages).hasSize(3);
		assertThat(count(MessageState.RUNNING)).isEqualTo(3);
	}

	@Test
	void demandChangedWhenMoreIsWantedHandsOverMore() {
		insertAll(Draft.of(TASK).times(20));
		Lane lane = attach(3);
		await().until(() -> lane.messages.size() == 3);
		lane.permits.addAndGet(4);
		this.store.demandChanged();
		await().until(() -> lane.messages.size() == 7);
	}

	@Test
	void demandChangedWhenTasksGrowHandsOverTheirMessages() {
		insert(Draft.of("late"));
		Lane lane = attach(10);
		this.store.probe();
		assertThat(lane.messages).isEmpty();
		lane.tasks = Set.of(TASK, "late");
		this.store.demandChanged();
		await().until(() -> lane.messages.size() == 1);
	}

	@Test
	void demandTakesItsQueueAndTasksOnly() {
		insert(Draft.of("unknown"));
		insert(Draft.of(TASK).queue("mail"));
		Lane lane = attach(10);
		long id = insert(Draft.of(TASK));
		await().until(() -> !lane.messages.isEmpty());
		assertThat(ids(lane.messages)).containsExactly(id);
		assertThat(count(MessageState.READY)).isEqualTo(2);
	}

	@Test
	void demandWhenMessagesComeBackHandsThemOver() {
		Lane lane = attach(100);
		long id = insert(Draft.of(TASK));
		await().until(() -> lane.messages.size() == 1);
		settle(retryAt(lane.messages.peek(), now() + 1000));
		pass(1000);
		promote();
		await().until(() -> lane.messages.size() == 2);
		settle(dead(lane.last()));
		this.store.retry(id);
		await().until(() -> lane.messages.size() == 3);
		settle(retryAt(lane.last(), now() + 1000));
		this.store.reschedule(id, now());
		await().until(() -> lane.messages.size() == 4);
		settle(retryAt(lane.last(), now()));
		await().until(() -> lane.messages.size() == 5);
		assertThat(ids(lane.messages)).containsOnly(id);
	}

	@Test
	void demandWhenQueueIsPausedGetsNothingUntilResumed() {
		Lane lane = attach(100);
		this.store.pause(QUEUE);
		insertAll(Draft.of(TASK).times(3));
		this.store.probe();
		assertThat(lane.messages).isEmpty();
		this.store.resume(QUEUE);
		await().until(() -> lane.messages.size() == 3);
	}

	@Test
	void wantedWhenItWantsSomethingIsAlwaysAnswered() {
		ExactLane lane = new ExactLane(this.instance, QUEUE, 1);
		// It has taken all there was, but the store does not know that yet.
		lane.onClaimed = (message) -> lane.permits.set(1);
		this.store.attach(lane);
		for (int round = 1; round <= 10; round++) {
			int handed = round;
			insert(Draft.of(TASK));
			await().until(() -> lane.messages.size() == handed);
			await().untilAsserted(() -> assertThat(lane.unanswered).isEmpty());
		}
	}

	/** As the last permit of a task that another one takes meanwhile. */
	@Test
	void wantedWhenItsTasksAreGoneBeforeTheClaimIsAnswered() {
		insertAll(Draft.of(TASK).times(20));
		ExactLane lane = new ExactLane(this.instance, QUEUE, 1) {

			@Override
			public int wanted(int shard, int bestReady) {
				int wanted = super.wanted(shard, bestReady);
				this.tasks = Set.of();
				return wanted;
			}

		};
		this.store.attach(lane);
		await().until(() -> lane.asked.get() > 0);
		await().untilAsserted(() -> assertThat(lane.unanswered).isEmpty());
	}

	@Test
	void demandWhenSeveralLanesShareQueueGivesEachMessageOnce() {
		Lane first = attach(1000);
		Lane second = attach(1000);
		List<Long> ids = insertAll(Draft.of(TASK).times(500));
		await().until(() -> first.messages.size() + second.messages.size() >= 500);
		List<Long> claimed = new ArrayList<>(ids(first.messages));
		claimed.addAll(ids(second.messages));
		assertThat(claimed).containsExactlyInAnyOrderElementsOf(ids);
	}

	@Test
	void detachWhenReturnedNothingMoreIsClaimed() throws Exception {
		for (int round = 0; round < 5; round++) {
			Lane lane = attach(100_000);
			AtomicInteger atDetach = new AtomicInteger();
			Callable<Integer> producer = () -> {
				for (int i = 0; i < 60; i++) {
					insert(Draft.of(TASK));
				}
				return 0;
			};
			together(producer, producer, () -> {
				await().pollInSameThread().until(() -> lane.messages.size() > 20);
				this.store.detach(lane);
				atDetach.set(lane.messages.size());
				return 0;
			});
			insert(Draft.of(TASK));
			this.store.probe();
			assertThat(lane.messages).hasSize(atDetach.get());
			assertThat(ids(this.store.list(MessageQuery.all().state(MessageState.RUNNING).limit(1000))))
				.containsExactlyInAnyOrderElementsOf(ids(lane.messages));
			for (StoredMessage message : lane.messages) {
				assertThat(settle(complete(message))).isEqualTo(SettleResult.APPLIED);
			}
			this.store.purge(MessageQuery.all());
		}
	}

	@Test
	void demandWhenManyThreadsPutAndSettleEndsEachMessageOnce() throws Exception {
		Lane lane = new Lane(this.instance, QUEUE, 64);
		Queue<Outcome<SettleResult>> settled = new ConcurrentLinkedQueue<>();
		lane.onClaimed = (message) -> {
			// Settling never blocks, so a lane may do it where it stands.
			settled.add(settleLater(complete(message)));
			lane.permits.incrementAndGet();
		};
		this.store.attach(lane);
		List<Callable<Integer>> producers = new ArrayList<>();
		for (int thread = 0; thread < 8; thread++) {
			producers.add(() -> {
				for (int i = 0; i < 100; i++) {
					insert(Draft.of(TASK));
				}
				return 0;
			});
		}
		together(producers);
		await().untilAsserted(() -> {
			this.store.demandChanged();
			assertThat(count(MessageState.COMPLETED)).isEqualTo(800);
		});
		assertThat(ids(lane.messages)).hasSize(800).doesNotHaveDuplicates();
		assertThat(settled).allSatisfy((outcome) -> assertThat(outcome.get()).isEqualTo(SettleResult.APPLIED));
	}

	/** Knows which shards owe it an answer. */
	private static class ExactLane extends Lane {

		final Set<Integer> unanswered = ConcurrentHashMap.newKeySet();

		ExactLane(StoreInstance owner, String queue, int permits) {
			super(owner, queue, permits);
		}

		@Override
		public int wanted(int shard, int bestReady) {
			int wanted = super.wanted(shard, bestReady);
			if (wanted > 0) {
				this.unanswered.add(shard);
			}
			else {
				this.unanswered.remove(shard);
			}
			return wanted;
		}

		@Override
		public void claimed(int shard, List<StoredMessage> claimed) {
			this.unanswered.remove(shard);
			super.claimed(shard, claimed);
		}

	}

	/** A lane that shares its room: notes where it was asked and had not been told. */
	private static final class Sharing extends Lane {

		private final Map<Integer, Integer> ready = new ConcurrentHashMap<>();

		private final Set<Integer> told = ConcurrentHashMap.newKeySet();

		private final Set<Integer> untold = ConcurrentHashMap.newKeySet();

		Sharing(StoreInstance owner, String queue) {
			super(owner, queue, 100);
		}

		@Override
		public boolean sharesRoom() {
			return true;
		}

		@Override
		public void ready(int shard, int bestReady) {
			this.ready.put(shard, bestReady);
			this.told.add(shard);
		}

		@Override
		public int wanted(int shard, int bestReady) {
			if (!this.told.remove(shard)) {
				this.untold.add(shard);
			}
			return super.wanted(shard, bestReady);
		}

		boolean isNothingReady() {
			return !this.ready.isEmpty() && this.ready.values().stream().allMatch((best) -> best == Integer.MIN_VALUE);
		}

	}

	/** A lane of a test: keeps what it is handed. */
	static class Lane implements Claimer {

		final Queue<StoredMessage> messages = new ConcurrentLinkedQueue<>();

		final AtomicInteger permits;

		/** How often it was asked what it wants. */
		final AtomicInteger asked = new AtomicInteger();

		private final StoreInstance owner;

		private final String queue;

		volatile Set<String> tasks = Set.of(TASK);

		volatile java.util.function.Consumer<StoredMessage> onClaimed = (message) -> {
		};

		Lane(StoreInstance owner, String queue, int permits) {
			this.owner = owner;
			this.queue = queue;
			this.permits = new AtomicInteger(permits);
		}

		@Override
		public String queue() {
			return this.queue;
		}

		@Override
		public Set<String> tasks() {
			return this.tasks;
		}

		@Override
		public StoreInstance owner() {
			return this.owner;
		}

		@Override
		public int wanted(int shard, int bestReady) {
			this.asked.incrementAndGet();
			return Math.max(0, this.permits.get());
		}

		@Override
		public void quarantined(int shard) {
		}

		@Override
		public void claimed(int shard, List<StoredMessage> claimed) {
			this.permits.addAndGet(-claimed.size());
			this.messages.addAll(claimed);
			claimed.forEach(this.onClaimed);
		}

		StoredMessage last() {
			return List.copyOf(this.messages).get(this.messages.size() - 1);
		}

	}

}
