package io.github.queuesqlite.store;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.store.MessageStoreContract.Settings;
import io.github.queuesqlite.store.StoreListener.Ended;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Listeners: told of every commit, after it, whoever asked. */
abstract class ListenerContract extends StoreSubject {

	private final Recorder recorder = new Recorder();

	ListenerContract(Function<Settings, MessageStore> opener) {
		super(opener);
	}

	@BeforeEach
	void listen() {
		this.store.addListener(this.recorder);
	}

	private Ended awaitEnded(long id) {
		await().until(() -> this.recorder.ended.stream().anyMatch((ended) -> ended.id() == id));
		assertThat(this.recorder.ended).filteredOn((ended) -> ended.id() == id).hasSize(1);
		return this.recorder.ended.stream().filter((ended) -> ended.id() == id).findFirst().orElseThrow();
	}

	@Test
	void endedWhenCompletedCarriesResult() {
		StoredMessage message = running(Draft.of(TASK));
		settle(new Settlement.Complete(message.runKey(), "json", new byte[] { 5 }));
		Ended ended = awaitEnded(message.id());
		assertThat(ended.queue()).isEqualTo(QUEUE);
		assertThat(ended.task()).isEqualTo(TASK);
		assertThat(ended.state()).isEqualTo(MessageState.COMPLETED);
		assertThat(ended.resultCodec()).isEqualTo("json");
		assertThat(ended.result()).containsExactly(5);
		assertThat(ended.failure()).isNull();
		assertThat(state(message.id())).isEqualTo(MessageState.COMPLETED);
	}

	@Test
	void endedWhenCompletedIsNotRetainedStillCarriesResult() {
		reopen(this.settings.retention(
				new Retention(Duration.ZERO, Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1), 100)));
		this.store.addListener(this.recorder);
		StoredMessage message = running(Draft.of(TASK).withWaiter());
		settle(new Settlement.Complete(message.runKey(), "json", new byte[] { 5 }));
		Ended ended = awaitEnded(message.id());
		assertThat(ended.state()).isEqualTo(MessageState.COMPLETED);
		assertThat(ended.result()).containsExactly(5);
	}

	@Test
	void endedWhenDeadCarriesFailure() {
		StoredMessage message = running(Draft.of(TASK));
		FailureRecord failure = failure(message, "why");
		settle(new Settlement.Dead(message.runKey(), failure));
		Ended ended = awaitEnded(message.id());
		assertThat(ended.state()).isEqualTo(MessageState.DEAD);
		assertThat(ended.failure()).isEqualTo(failure);
		assertThat(ended.result()).isNull();
	}

	@Test
	void endedWhenCancelledOrExpiredOrDeletedSaysSo() {
		long cancelled = insert(Draft.of("other"));
		this.store.cancel(cancelled);
		assertThat(awaitEnded(cancelled).state()).isEqualTo(MessageState.CANCELLED);
		StoredMessage asked = running(Draft.of(TASK));
		this.store.cancel(asked.id());
		settle(retryAt(asked, now()));
		assertThat(awaitEnded(asked.id()).state()).isEqualTo(MessageState.CANCELLED);
		long expired = insert(Draft.of(TASK).timeToLive(10L));
		pass(10);
		promote();
		assertThat(awaitEnded(expired).state()).isEqualTo(MessageState.EXPIRED);
		StoredMessage late = running(Draft.of(TASK));
		settle(new Settlement.Expire(late.runKey()));
		assertThat(awaitEnded(late.id()).state()).isEqualTo(MessageState.EXPIRED);
		long deleted = insert(Draft.of(TASK));
		this.store.delete(deleted);
		Ended gone = awaitEnded(deleted);
		assertThat(gone.state()).isNull();
		assertThat(gone.task()).isEqualTo(TASK);
		long purged = insert(Draft.of(TASK).delay(1000));
		this.store.purge(MessageQuery.all().state(MessageState.SCHEDULED));
		assertThat(awaitEnded(purged).state()).isNull();
	}

	@Test
	void storedWhenInsertedTellsOfEachBeforeItIsClaimedOrEnds() {
		DemandContract.Lane lane = new DemandContract.Lane(this.instance, QUEUE, 1000);
		lane.onClaimed = (message) -> this.recorder.order.add("claimed " + message.id());
		this.store.attach(lane);
		List<Long> ids = insertAll(Draft.of(TASK).times(20));
		await().until(() -> this.recorder.order.size() == 40);
		long cancelled = insert(Draft.of("other"));
		this.store.cancel(cancelled);
		awaitEnded(cancelled);
		List<String> order = List.copyOf(this.recorder.order);
		assertThat(order).doesNotHaveDuplicates();
		ids.forEach((id) -> assertThat(order.indexOf("stored " + id)).isNotNegative()
			.isLessThan(order.indexOf("claimed " + id)));
		assertThat(order.subList(40, 42)).containsExactly("stored " + cancelled, "ended " + cancelled);
	}

	@Test
	void storedWhenKeyIsTakenTellsNothing() {
		long id = insert(Draft.of(TASK).idempotencyKey("key"));
		assertThat(hand(Draft.of(TASK).idempotencyKey("key")).existing()).isEqualTo(id);
		long last = insert(Draft.of(TASK));
		await().until(() -> this.recorder.order.contains("stored " + last));
		assertThat(this.recorder.order).containsExactlyInAnyOrder("stored " + id, "stored " + last);
	}

	@Test
	void storedWhenNobodyWantsToHearIsNotTold() {
		this.recorder.wantsStored = false;
		insert(Draft.of(TASK));
		this.recorder.wantsStored = true;
		long last = insert(Draft.of(TASK));
		await().until(() -> !this.recorder.order.isEmpty());
		assertThat(this.recorder.order).containsExactly("stored " + last);
	}

	@Test
	void takenBackWhenOwnerDiedTellsOfWhatHadStarted() {
		StoreInstance other = this.store.register("other");
		long started = insert(Draft.of(TASK));
		other.started(this.store.claim(other, QUEUE, Set.of(TASK), 1).get(0).runKey());
		insert(Draft.of(TASK));
		assertThat(this.store.claim(other, QUEUE, Set.of(TASK), 1)).hasSize(1);
		assertThat(this.store.rescue(peer(other), (task) -> 4)).hasValue(2);
		await().until(() -> !this.recorder.takenBack.isEmpty());
		assertThat(this.recorder.takenBack).singleElement().satisfies((message) -> {
			assertThat(message.id()).isEqualTo(started);
			assertThat(message.queue()).isEqualTo(QUEUE);
			assertThat(message.task()).isEqualTo(TASK);
			assertThat(message.failure().type()).isEqualTo(FailureRecord.PROCESS_DIED);
			assertThat(message.failure().attempt()).isOne();
		});
	}

	@Test
	void endedWhenRescuedWithoutAttemptLeftSaysDead() {
		StoreInstance other = this.store.register("other");
		long id = insert(Draft.of(TASK).maxAttempts(1));
		StoredMessage message = this.store.claim(other, QUEUE, Set.of(TASK), 1).get(0);
		other.started(message.runKey());
		this.store.rescue(peer(other), (task) -> 1);
		Ended ended = awaitEnded(id);
		assertThat(ended.state()).isEqualTo(MessageState.DEAD);
		assertThat(ended.failure()).isNotNull();
	}

	@Test
	void endedWhenRunDoesNotEndItIsNotTold() {
		StoredMessage retried = running(Draft.of(TASK));
		settle(retryAt(retried, now() + 1000));
		StoredMessage released = running(Draft.of(TASK));
		settle(new Settlement.Release(released.runKey()));
		StoredMessage lost = claimOne();
		settle(complete(lost));
		settle(dead(lost));
		awaitEnded(lost.id());
		this.store.probe();
		assertThat(this.recorder.ended).extracting(Ended::id).containsExactly(lost.id());
		assertThat(this.recorder.ended).extracting(Ended::state).containsExactly(MessageState.COMPLETED);
	}

	@Test
	void endedComesAfterTheCompletionOfTheSameSettlement() {
		Queue<String> order = new ConcurrentLinkedQueue<>();
		this.store.addListener(new StoreListener() {
			@Override
			public void ended(List<Ended> messages) {
				order.add("listener");
			}
		});
		StoredMessage message = running(Draft.of(TASK));
		this.store.settle(complete(message), new Completion<>() {
			@Override
			public void succeeded(SettleResult result) {
				order.add("completion");
			}

			@Override
			public void failed(QueueException failure) {
				order.add("failed");
			}
		});
		await().until(() -> order.size() == 2);
		assertThat(order).containsExactly("completion", "listener");
	}

	@Test
	void endedWhenManyEndTellsEachOnce() {
		List<Long> ids = insertAll(Draft.of(TASK).times(700));
		for (StoredMessage message : claim(700)) {
			settleLater(complete(message));
		}
		await().until(() -> this.recorder.ended.size() >= 700);
		assertThat(this.recorder.ended).extracting(Ended::id).containsExactlyInAnyOrderElementsOf(ids);
	}

	@Test
	void cancelRequestedNamesTheRun() {
		StoredMessage message = running(Draft.of(TASK));
		this.store.cancel(message.id());
		await().until(() -> !this.recorder.cancelRequests.isEmpty());
		assertThat(this.recorder.cancelRequests).containsExactly(message.runKey());
		this.store.cancel(message.id());
		long waiting = insert(Draft.of(TASK));
		this.store.cancel(waiting);
		awaitEnded(waiting);
		assertThat(this.recorder.cancelRequests).hasSize(1);
	}

	@Test
	void pausesChangedTellsAllPausedQueues() {
		this.store.pause("a");
		await().until(() -> this.recorder.pauses.contains(Set.of("a")));
		this.store.pause("b");
		await().until(() -> this.recorder.pauses.contains(Set.of("a", "b")));
		this.store.resume("a");
		await().until(() -> this.recorder.pauses.contains(Set.of("b")));
		this.store.resume("b");
		await().until(() -> this.recorder.pauses.contains(Set.of()));
	}

	@Test
	void declaredDeadNamesTheEpoch() {
		StoreInstance other = this.store.register("other");
		this.store.rescue(peer(other), (task) -> 1);
		this.store.beat(other);
		await().until(() -> this.recorder.dead.contains(other.epoch()));
		assertThat(this.recorder.dead).doesNotContain(this.instance.epoch());
	}

	@Test
	void removeListenerEndsTheCalls() {
		StoredMessage first = running(Draft.of(TASK));
		settle(complete(first));
		awaitEnded(first.id());
		this.store.removeListener(this.recorder);
		StoredMessage second = running(Draft.of(TASK));
		settle(complete(second));
		this.store.probe();
		assertThat(this.recorder.ended).hasSize(1);
	}

	private static final class Recorder implements StoreListener {

		final Queue<Ended> ended = new ConcurrentLinkedQueue<>();

		final Queue<RunKey> cancelRequests = new ConcurrentLinkedQueue<>();

		final Queue<Set<String>> pauses = new ConcurrentLinkedQueue<>();

		final Queue<Long> dead = new ConcurrentLinkedQueue<>();

		final Queue<TakenBack> takenBack = new ConcurrentLinkedQueue<>();

		/** What happened to which message. */
		final Queue<String> order = new ConcurrentLinkedQueue<>();

		volatile boolean wantsStored = true;

		@Override
		public boolean wantsStored() {
			return this.wantsStored;
		}

		@Override
		public void stored(List<Insertion> messages) {
			messages.forEach((message) -> this.order.add("stored " + message.id()));
		}

		@Override
		public void takenBack(List<TakenBack> messages) {
			this.takenBack.addAll(messages);
		}

		@Override
		public void ended(List<Ended> messages) {
			messages.forEach((message) -> this.order.add("ended " + message.id()));
			this.ended.addAll(messages);
		}

		@Override
		public void cancelRequested(RunKey key) {
			this.cancelRequests.add(key);
		}

		@Override
		public void pausesChanged(Pauses pauses) {
			this.pauses.add(Set.copyOf(pauses.queues().keySet()));
		}

		@Override
		public void declaredDead(long epoch) {
			this.dead.add(epoch);
		}

	}

}
