package io.github.queuesqlite.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;

import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.MessageStoreContract.Settings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Rescue: what a dead instance owned comes back, counted only where it had started. */
abstract class RescueContract extends StoreSubject {

	private StoreInstance other;

	RescueContract(Function<Settings, MessageStore> opener) {
		super(opener);
	}

	@BeforeEach
	void registerOther() {
		this.other = this.store.register("other");
	}

	private List<StoredMessage> claimOther(int max) {
		return this.store.claim(this.other, QUEUE, Set.of(TASK), max);
	}

	private int rescueOther() {
		return this.store.rescue(peer(this.other), (task) -> 3).orElseThrow();
	}

	@Test
	void rescueWhenRunHadStartedCountsTheAttempt() {
		long id = insert(Draft.of(TASK));
		StoredMessage message = claimOther(1).get(0);
		this.other.started(message.runKey());
		assertThat(rescueOther()).isOne();
		StoredMessage back = find(id);
		assertThat(back.state()).isEqualTo(MessageState.READY);
		assertThat(back.attempt()).isOne();
		StoredMessage again = claimOne();
		assertThat(again.attempt()).isEqualTo(2);
		assertThat(again.run()).isGreaterThan(message.run());
		assertThat(again.owner()).isEqualTo(this.instance.epoch());
	}

	@Test
	void rescueWhenRunHadNotStartedGivesTheAttemptBack() {
		long id = insert(Draft.of(TASK).maxAttempts(1));
		claimOther(1);
		assertThat(rescueOther()).isOne();
		assertThat(state(id)).isEqualTo(MessageState.READY);
		assertThat(find(id).attempt()).isZero();
		assertThat(claimOne().attempt()).isOne();
	}

	@Test
	void rescueWhenQueueIsPausedTakesBackAllTheSame() {
		long id = insert(Draft.of(TASK));
		claimOther(1);
		this.store.pause(QUEUE);
		assertThat(rescueOther()).isOne();
		assertThat(state(id)).isEqualTo(MessageState.READY);
		assertThat(claim(1)).isEmpty();
	}

	@Test
	void rescueWhenNoteOfEarlierRunIsLeftGivesTheAttemptBack() {
		long id = insert(Draft.of(TASK));
		StoredMessage first = claimOther(1).get(0);
		this.other.started(first.runKey());
		settle(retryAt(first, now()));
		StoredMessage second = claimOther(1).get(0);
		assertThat(second.attempt()).isEqualTo(2);
		rescueOther();
		assertThat(find(id).attempt()).isOne();
	}

	@Test
	void rescueWhenNoteWasForgottenGivesTheAttemptBack() {
		long id = insert(Draft.of(TASK));
		StoredMessage message = claimOther(1).get(0);
		this.other.settled(this.other.started(message.runKey()));
		rescueOther();
		assertThat(find(id).attempt()).isZero();
	}

	@Test
	void rescueWhenManyRunsHadStartedTellsThemApart() {
		insertAll(Draft.of(TASK).times(600));
		List<StoredMessage> claimed = claimOther(600);
		List<Integer> notes = new ArrayList<>();
		for (int i = 0; i < 600; i++) {
			if (i % 3 != 0) {
				notes.add(this.other.started(claimed.get(i).runKey()));
			}
		}
		for (int i = 0, note = 0; i < 600; i++) {
			if (i % 3 == 1) {
				settle(complete(claimed.get(i)));
				this.other.settled(notes.get(note));
			}
			note += (i % 3 != 0) ? 1 : 0;
		}
		assertThat(rescueOther()).isEqualTo(400);
		for (int i = 0; i < 600; i++) {
			StoredMessage after = find(claimed.get(i).id());
			assertThat(after.state()).isEqualTo((i % 3 == 1) ? MessageState.COMPLETED : MessageState.READY);
			assertThat(after.attempt()).isEqualTo((i % 3 == 0) ? 0 : 1);
		}
	}

	@Test
	void rescueWhenNoAttemptIsLeftEndsDeadWithReason() {
		long own = insert(Draft.of(TASK).maxAttempts(1));
		long byTask = insert(Draft.of("once"));
		long left = insert(Draft.of("twice"));
		List<StoredMessage> claimed = this.store.claim(this.other, QUEUE, Set.of(TASK, "once", "twice"), 10);
		claimed.forEach((message) -> this.other.started(message.runKey()));
		Map<String, Integer> attempts = Map.of(TASK, 9, "once", 1, "twice", 2);
		assertThat(this.store.rescue(peer(this.other), attempts::get)).hasValue(3);
		for (long id : List.of(own, byTask)) {
			StoredMessage dead = find(id);
			assertThat(dead.state()).isEqualTo(MessageState.DEAD);
			assertThat(dead.finishedAt()).isEqualTo(now());
			Failure reason = FailureCodec.decode(dead.lastError());
			assertThat(reason).isNotNull();
			assertThat(reason.type()).isNotBlank();
			assertThat(reason.message()).isNotBlank();
			assertThat(reason.attempt()).isOne();
			assertThat(this.store.failures(id)).hasSize(1);
		}
		assertThat(state(left)).isEqualTo(MessageState.READY);
	}

	@Test
	void rescueTakesWhatTheDeadInstanceOwnsOnly() {
		insertAll(Draft.of(TASK).times(10));
		claimOther(4);
		List<StoredMessage> ours = claim(4);
		assertThat(rescueOther()).isEqualTo(4);
		for (StoredMessage message : ours) {
			assertThat(settle(complete(message))).isEqualTo(SettleResult.APPLIED);
		}
		assertThat(count(MessageState.READY)).isEqualTo(6);
	}

	@Test
	void rescueTakesBackFromAllShards() {
		insertIntoShards(shards(), (i) -> Draft.of(TASK));
		assertThat(claimOther(100)).hasSize(shards());
		assertThat(rescueOther()).isEqualTo(shards());
		assertThat(claim(100)).hasSize(shards());
	}

	@Test
	void rescueWhenManyAreOwnedTakesAll() {
		insertAll(Draft.of(TASK).times(2500));
		assertThat(claimOther(2500)).hasSize(2500);
		assertThat(rescueOther()).isEqualTo(2500);
		assertThat(count(MessageState.READY)).isEqualTo(2500);
	}

	@Test
	void rescueWhenDoneBeforeChangesNothing() {
		insert(Draft.of(TASK));
		claimOther(1);
		Peer peer = peer(this.other);
		assertThat(this.store.rescue(peer, (task) -> 3)).hasValue(1);
		StoredMessage ours = claimOne();
		assertThat(this.store.rescue(peer, (task) -> 3)).hasValue(0);
		assertThat(settle(complete(ours))).isEqualTo(SettleResult.APPLIED);
	}

	@Test
	void rescueWhenASignOfLifeCameSinceLeavesTheInstanceAlone() {
		insertIntoShards(shards(), (i) -> Draft.of(TASK));
		List<StoredMessage> owned = claimOther(100);
		Peer seen = peer(this.other);
		this.store.beat(this.other);
		assertThat(this.store.rescue(seen, (task) -> 3)).isEmpty();
		assertThat(claim(100)).isEmpty();
		assertThat(this.store.beat(this.other)).isTrue();
		assertThat(owned).hasSize(shards())
			.allSatisfy((message) -> assertThat(settle(complete(message))).isEqualTo(SettleResult.APPLIED));
	}

	@Test
	void rescueFencesTheDeadOwner() {
		insert(Draft.of(TASK));
		StoredMessage message = claimOther(1).get(0);
		rescueOther();
		assertThat(settle(complete(message))).isEqualTo(SettleResult.LOST);
		assertThat(settle(new Settlement.Release(message.runKey()))).isEqualTo(SettleResult.LOST);
		assertThat(this.store.extend(message.runKey(), now() + 1000)).isFalse();
		long beatAt = this.other.beatAt();
		assertThat(this.store.beat(this.other)).isFalse();
		assertThat(this.other.beatAt()).isEqualTo(beatAt);
		assertThat(this.store.peers()).extracting(Peer::epoch).containsExactly(this.instance.epoch());
		assertThat(state(message.id())).isEqualTo(MessageState.READY);
	}

	@Test
	void rescueIsFinalForClaims() {
		rescueOther();
		List<Long> ids = insertAll(Draft.of(TASK).times(5));
		DemandContract.Lane lane = new DemandContract.Lane(this.other, QUEUE, 100);
		this.store.attach(lane);
		try {
			assertThat(claimOther(10)).isEmpty();
		}
		catch (io.github.queuesqlite.message.QueueException ex) {
			assertThat(ex.getMessage()).isNotBlank();
		}
		this.store.demandChanged();
		this.store.probe();
		assertThat(lane.messages).isEmpty();
		assertThat(this.store.list(MessageQuery.all().state(MessageState.RUNNING))).isEmpty();
		assertThat(ids(claim(10))).containsExactlyElementsOf(ids);
	}

	@Test
	void rescueWhenRacingWithSettleAppliesOneOfThem() throws Exception {
		for (int round = 0; round < 5; round++) {
			insertAll(Draft.of(TASK).times(40));
			List<StoredMessage> claimed = claimOther(40);
			List<Callable<Integer>> tasks = new ArrayList<>();
			tasks.add(() -> -rescueOther());
			tasks.add(() -> {
				int applied = 0;
				for (StoredMessage message : claimed) {
					applied += (settle(complete(message)) == SettleResult.APPLIED) ? 1 : 0;
				}
				return applied;
			});
			List<Integer> results = together(tasks);
			assertThat(results.get(1) - results.get(0)).isEqualTo(40);
			assertThat(count(MessageState.COMPLETED)).isEqualTo((long) results.get(1));
			assertThat(count(MessageState.READY)).isEqualTo((long) -results.get(0));
			this.store.purge(MessageQuery.all());
			this.other = this.store.register("other");
		}
	}

	@Test
	void rescueIsKeptOverReopen() {
		long id = insert(Draft.of(TASK));
		StoredMessage message = claimOther(1).get(0);
		this.other.started(message.runKey());
		rescueOther();
		long epoch = this.other.epoch();
		reopen();
		assertThat(this.store.peers()).extracting(Peer::epoch).doesNotContain(epoch);
		assertThat(find(id).attempt()).isOne();
		assertThat(state(id)).isEqualTo(MessageState.READY);
	}

}
