package io.github.queuesqlite.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.MessageStoreContract.Settings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Suspects: a message whose process died while it ran is claimed by itself until a run of
 * it ends with its process alive.
 */
abstract class SuspectContract extends StoreSubject {

	SuspectContract(Function<Settings, MessageStore> opener) {
		super(opener);
	}

	/** Has an instance die while it runs all that is ready. */
	private List<StoredMessage> die() {
		StoreInstance other = this.store.register("other");
		List<StoredMessage> claimed = this.store.claim(other, QUEUE, Set.of(TASK), 1000);
		claimed.forEach((message) -> other.started(message.runKey()));
		assertThat(this.store.rescue(peer(other), (task) -> 4)).hasValue(claimed.size());
		return claimed;
	}

	private long suspect(Draft draft) {
		long id = insert(draft);
		assertThat(ids(die())).containsExactly(id);
		return id;
	}

	private long suspect() {
		return suspect(Draft.of(TASK));
	}

	private SuspectLane attach() {
		return attach(this.instance);
	}

	private SuspectLane attach(StoreInstance owner) {
		SuspectLane lane = new SuspectLane(owner, QUEUE);
		this.store.attach(lane);
		this.store.demandChanged();
		return lane;
	}

	private Suspect claimSuspect() {
		return claimSuspect(this.instance);
	}

	private Suspect claimSuspect(StoreInstance owner) {
		SuspectLane lane = attach(owner);
		await().until(() -> !lane.suspects.isEmpty());
		this.store.detach(lane);
		assertThat(lane.suspects).hasSize(1);
		assertThat(lane.messages).isEmpty();
		return Objects.requireNonNull(lane.suspects.peek());
	}

	private StoredMessage claimOrdinary() {
		DemandContract.Lane lane = new DemandContract.Lane(this.instance, QUEUE, 1);
		this.store.attach(lane);
		this.store.demandChanged();
		await().until(() -> !lane.messages.isEmpty());
		this.store.detach(lane);
		return Objects.requireNonNull(lane.messages.peek());
	}

	@Test
	void claimPassesSuspectsBy() {
		long suspect = suspect();
		long ordinary = insert(Draft.of(TASK));
		assertThat(claimOrdinary().id()).isEqualTo(ordinary);
		assertThat(state(suspect)).isEqualTo(MessageState.READY);
		Suspect claimed = claimSuspect();
		assertThat(claimed.message().id()).isEqualTo(suspect);
		assertThat(claimed.deaths()).isOne();
		assertThat(claimed.message().attempt()).isEqualTo(2);
		assertThat(claimed.message().owner()).isEqualTo(this.instance.epoch());
		assertThat(state(suspect)).isEqualTo(MessageState.RUNNING);
		assertThat(settle(complete(claimed.message()))).isEqualTo(SettleResult.APPLIED);
	}

	@Test
	void suspectsOfAllShardsComeOneByOne() {
		Map<Integer, Long> ids = insertIntoShards(5, (i) -> Draft.of(TASK));
		assertThat(die()).hasSize(ids.size());
		SuspectLane lane = attach();
		for (int i = 1; i <= ids.size(); i++) {
			int claimed = i;
			await().until(() -> lane.suspects.size() == claimed);
			this.store.probe();
			assertThat(lane.suspects).hasSize(claimed);
			lane.room.incrementAndGet();
			this.store.demandChanged();
		}
		assertThat(lane.suspects).extracting((suspect) -> suspect.message().id())
			.containsExactlyInAnyOrderElementsOf(ids.values());
	}

	@Test
	void suspectWhoseProcessDiesAgainGoesBehindThoseThatWait() {
		List<Long> ids = insertAll(Draft.of(TASK), Draft.of(TASK).priority(3), Draft.of(TASK));
		die();
		List<Long> tried = new ArrayList<>();
		for (int i = 0; i < 6; i++) {
			StoreInstance other = this.store.register("other");
			StoredMessage message = claimSuspect(other).message();
			tried.add(message.id());
			other.started(message.runKey());
			this.store.rescue(peer(other), (task) -> 4);
		}
		assertThat(tried.subList(0, 3)).containsExactlyInAnyOrderElementsOf(ids);
		assertThat(tried.subList(3, 6)).isEqualTo(tried.subList(0, 3));
	}

	@Test
	void suspectWhoseProcessDiesAgainCountsDeaths() {
		long id = suspect(Draft.of(TASK).maxAttempts(3));
		die();
		assertThat(claimSuspect().deaths()).isEqualTo(2);
		settle(new Settlement.Release(find(id).runKey()));
		die();
		StoredMessage dead = find(id);
		assertThat(dead.state()).isEqualTo(MessageState.DEAD);
		assertThat(dead.attempt()).isEqualTo(3);
		Failure reason = Objects.requireNonNull(FailureCodec.decode(dead.lastError()));
		assertThat(reason.type()).isEqualTo(FailureRecord.PROCESS_DIED);
		assertThat(reason.message()).contains("attempt 3", "died", "3 runs in a row");
		assertThat(this.store.failures(id)).hasSize(3);
	}

	@Test
	void suspectThatFailsIsNoneAnyMore() {
		long id = suspect();
		Suspect claimed = claimSuspect();
		settle(retryAt(claimed.message(), now() + 1000));
		pass(1000);
		promote();
		assertThat(claimOrdinary().id()).isEqualTo(id);
		settle(new Settlement.Release(find(id).runKey()));
		die();
		assertThat(claimSuspect().deaths()).isOne();
	}

	@Test
	void suspectThatIsPutOffWithoutAttemptIsNoneAnyMore() {
		long id = suspect();
		settle(new Settlement.Retry(claimSuspect().message().runKey(), now(), false, null));
		assertThat(claimOrdinary().id()).isEqualTo(id);
	}

	@Test
	void suspectThatIsReleasedStaysOne() {
		long id = suspect();
		StoredMessage first = claimSuspect().message();
		settle(new Settlement.Release(first.runKey()));
		assertThat(find(id).attempt()).isOne();
		Suspect again = claimSuspect();
		assertThat(again.message().id()).isEqualTo(id);
		assertThat(again.message().run()).isGreaterThan(first.run());
		assertThat(again.deaths()).isOne();
	}

	@Test
	void suspectWhoseOwnerDiesBeforeItStartsStaysOne() {
		long id = suspect();
		StoreInstance other = this.store.register("other");
		assertThat(ids(this.store.claim(other, QUEUE, Set.of(TASK), 1))).containsExactly(id);
		this.store.rescue(peer(other), (task) -> 4);
		assertThat(find(id).attempt()).isOne();
		assertThat(claimSuspect().deaths()).isOne();
	}

	@Test
	void messageThatWasOnlyClaimedByTheDeadIsNoSuspect() {
		long id = insert(Draft.of(TASK));
		StoreInstance other = this.store.register("other");
		this.store.claim(other, QUEUE, Set.of(TASK), 1);
		this.store.rescue(peer(other), (task) -> 4);
		StoredMessage claimed = claimOrdinary();
		assertThat(claimed.id()).isEqualTo(id);
		assertThat(claimed.attempt()).isOne();
	}

	@Test
	void instanceThatLeavesMakesNoSuspects() {
		long id = insert(Draft.of(TASK));
		StoreInstance other = this.store.register("other");
		this.store.claim(other, QUEUE, Set.of(TASK), 1).forEach((message) -> other.started(message.runKey()));
		this.store.deregister(other);
		StoredMessage claimed = claimOrdinary();
		assertThat(claimed.id()).isEqualTo(id);
		assertThat(claimed.attempt()).isEqualTo(2);
		assertThat(claimed.lastError()).contains("stopped");
	}

	@Test
	void instanceThatLeavesEndsWhatHasNoAttemptLeft() {
		long id = insert(Draft.of(TASK));
		StoreInstance other = this.store.register("other");
		this.store.claim(other, QUEUE, Set.of(TASK), 1).forEach((message) -> other.started(message.runKey()));
		this.store.deregister(other, (task) -> 1);
		assertThat(state(id)).isEqualTo(MessageState.DEAD);
		FailureRecord reason = this.store.failures(id).get(0);
		assertThat(reason.type()).isEqualTo(FailureRecord.PROCESS_DIED);
		assertThat(reason.message()).contains("attempt 1", "stopped before its end");
		assertCountersMatchRows();
	}

	@Test
	void suspectIsReadyToAllWhoLook() {
		long id = suspect();
		pass(5000);
		assertThat(state(id)).isEqualTo(MessageState.READY);
		assertThat(ids(this.store.list(MessageQuery.all().state(MessageState.READY)))).containsExactly(id);
		assertThat(count(MessageState.READY)).isOne();
		assertThat(this.store.oldestReady()).containsEntry(QUEUE, now() - 5000);
		assertThat(this.store.hasRunnable((queue, task) -> true, now())).isTrue();
		assertCountersMatchRows();
	}

	@Test
	void suspectThatWaitsCanBeCancelledExpiredAndDeleted() {
		long cancelled = suspect();
		assertThat(this.store.cancel(cancelled)).isEqualTo(CancelResult.CANCELLED);
		long expired = suspect(Draft.of(TASK).timeToLive(1000L));
		pass(1000);
		promote();
		assertThat(state(expired)).isEqualTo(MessageState.EXPIRED);
		long deleted = suspect();
		assertThat(this.store.updatePayload(deleted, "bytes", new byte[] { 1 })).isTrue();
		assertThat(this.store.delete(deleted)).isTrue();
		assertThat(state(cancelled)).isEqualTo(MessageState.CANCELLED);
		assertCountersMatchRows();
		SuspectLane lane = attach();
		this.store.probe();
		assertThat(lane.suspects).isEmpty();
	}

	@Test
	void suspectThatIsRescheduledStaysOne() {
		long id = suspect();
		assertThat(this.store.reschedule(id, now() + 1000)).isTrue();
		assertThat(state(id)).isEqualTo(MessageState.SCHEDULED);
		assertNextDueAt(now() + 1000);
		pass(1000);
		promote();
		StoredMessage promoted = claimSuspect().message();
		assertThat(promoted.id()).isEqualTo(id);
		settle(new Settlement.Release(promoted.runKey()));
		assertThat(this.store.reschedule(id, now())).isTrue();
		assertCountersMatchRows();
		assertThat(claimSuspect().message().id()).isEqualTo(id);
	}

	@Test
	void suspectThatEndedDeadIsOneAgainWhenRetried() {
		long id = suspect(Draft.of(TASK).maxAttempts(1));
		assertThat(state(id)).isEqualTo(MessageState.DEAD);
		assertThat(this.store.retry(id)).isTrue();
		Suspect claimed = claimSuspect();
		assertThat(claimed.deaths()).isOne();
		assertThat(claimed.message().attempt()).isOne();
		settle(dead(claimed.message()));
		this.store.retry(id);
		assertThat(claimOrdinary().id()).isEqualTo(id);
	}

	@Test
	void suspectOfPausedQueueWaitsUntilItIsResumed() {
		long id = suspect();
		this.store.pause(QUEUE);
		SuspectLane lane = attach();
		this.store.probe();
		assertThat(lane.suspects).isEmpty();
		this.store.resume(QUEUE);
		await().until(() -> {
			// While it was paused, room was reserved in vain.
			lane.room.set(1);
			this.store.demandChanged();
			return !lane.suspects.isEmpty();
		});
		assertThat(lane.suspects.peek().message().id()).isEqualTo(id);
	}

	@Test
	void suspectOfAnotherTaskIsLeftAlone() {
		long id = suspect();
		SuspectLane lane = new SuspectLane(this.instance, QUEUE);
		lane.tasks = Set.of("another");
		this.store.attach(lane);
		this.store.probe();
		assertThat(lane.asked).hasValue(0);
		assertThat(state(id)).isEqualTo(MessageState.READY);
	}

	@Test
	void demandWhenNothingIsSuspectIsNotAskedForSuspects() {
		SuspectLane lane = attach();
		lane.permits.set(100);
		List<Long> ids = insertAll(Draft.of(TASK).times(50));
		await().until(() -> lane.messages.size() == 50);
		assertThat(ids(lane.messages)).containsExactlyInAnyOrderElementsOf(ids);
		assertThat(lane.asked).hasValue(0);
	}

	@Test
	void suspectIsKeptOverReopen() {
		long id = suspect();
		reopen();
		Suspect claimed = claimSuspect();
		assertThat(claimed.message().id()).isEqualTo(id);
		assertThat(claimed.deaths()).isOne();
	}

	/** A lane that takes suspects while it has room. */
	static final class SuspectLane extends DemandContract.Lane {

		final Queue<Suspect> suspects = new ConcurrentLinkedQueue<>();

		final AtomicInteger room = new AtomicInteger(1);

		final AtomicInteger asked = new AtomicInteger();

		SuspectLane(StoreInstance owner, String queue) {
			super(owner, queue, 0);
		}

		@Override
		public boolean wantsSuspect(int shard, long seq) {
			this.asked.incrementAndGet();
			return this.room.get() > 0;
		}

		@Override
		public boolean reserveForSuspect(int shard) {
			return this.room.getAndUpdate((room) -> Math.max(0, room - 1)) > 0;
		}

		@Override
		public void claimedSuspect(@Nullable Suspect suspect) {
			if (suspect != null) {
				this.suspects.add(suspect);
			}
		}

	}

}
