package io.github.queuesqlite.store;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.MessageStoreContract.Settings;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Paused queues: nothing is claimed from them, everything else goes on. */
abstract class PauseContract extends StoreSubject {

	PauseContract(Function<Settings, MessageStore> opener) {
		super(opener);
	}

	@Test
	void pauseStopsClaimsOfItsQueueInAllShards() {
		insertIntoShards(shards(), (i) -> Draft.of(TASK));
		long other = insert(Draft.of(TASK).queue("mail"));
		this.store.pause(QUEUE);
		assertThat(this.store.pauses().queues()).containsOnlyKeys(QUEUE);
		assertThat(claim(100)).isEmpty();
		assertThat(ids(this.store.claim(this.instance, "mail", Set.of(TASK), 10))).containsExactly(other);
		this.store.resume(QUEUE);
		assertThat(this.store.pauses().queues()).isEmpty();
		assertThat(claim(100)).hasSize(shards());
	}

	@Test
	void pauseWhenQueueHasNoMessagesHoldsForLaterOnes() {
		this.store.pause("mail");
		insert(Draft.of(TASK).queue("mail"));
		assertThat(this.store.claim(this.instance, "mail", Set.of(TASK), 10)).isEmpty();
	}

	@Test
	void pauseLeavesRunningMessagesAlone() {
		StoredMessage message = running(Draft.of(TASK));
		this.store.pause(QUEUE);
		assertThat(this.store.extend(message.runKey(), now() + 1000)).isTrue();
		assertThat(settle(complete(message))).isEqualTo(SettleResult.APPLIED);
	}

	@Test
	void pauseWhenPausedAndResumeWhenRunningChangeNothing() {
		this.store.resume(QUEUE);
		this.store.pause(QUEUE);
		this.store.pause(QUEUE);
		this.store.pause("mail");
		assertThat(this.store.pauses().queues()).containsOnlyKeys(QUEUE, "mail");
		this.store.resume(QUEUE);
		this.store.resume(QUEUE);
		assertThat(this.store.pauses().queues()).containsOnlyKeys("mail");
	}

	@Test
	void pauseIsKeptOverReopen() {
		insert(Draft.of(TASK));
		this.store.pause(QUEUE);
		reopen();
		assertThat(this.store.pauses().queues()).containsOnlyKeys(QUEUE);
		assertThat(claim(1)).isEmpty();
		this.store.resume(QUEUE);
		reopen();
		assertThat(this.store.pauses().queues()).isEmpty();
		assertThat(claim(1)).hasSize(1);
	}

	@Test
	void pauseAllStopsClaimsOfEveryQueueInAllShards() {
		Map<Integer, Long> ids = insertIntoShards(shards(), (i) -> Draft.of(TASK));
		StoredMessage running = running(Draft.of("other"));
		this.store.pauseAll(Pauses.UNTIL_RESUMED);
		long later = insert(Draft.of(TASK).queue("mail"));
		assertThat(this.store.pauses()).isEqualTo(new Pauses(Pauses.UNTIL_RESUMED, Map.of(), Map.of(), Map.of()));
		assertThat(claim(100)).isEmpty();
		assertThat(this.store.claim(this.instance, "mail", Claimer.EVERY_TASK, 10)).isEmpty();
		Outcome<List<StoredMessage>> claimed = outcome();
		this.store.claim(this.instance, find(later), claimed);
		assertThat(claimed.get()).isEmpty();
		assertThat(settle(complete(running))).isEqualTo(SettleResult.APPLIED);
		this.store.resumeAll();
		assertThat(this.store.pauses()).isEqualTo(Pauses.NONE);
		assertThat(ids(claim(100))).containsExactlyInAnyOrderElementsOf(ids.values());
		assertThat(ids(this.store.claim(this.instance, "mail", Claimer.EVERY_TASK, 10))).containsExactly(later);
	}

	@Test
	void pauseAllHoldsSuspectsBack() {
		StoreInstance dying = this.store.register("dying");
		long id = insert(Draft.of(TASK));
		dying.started(this.store.claim(dying, QUEUE, Set.of(TASK), 1).get(0).runKey());
		this.store.rescue(peer(dying), (task) -> 10);
		this.store.pauseAll(Pauses.UNTIL_RESUMED);
		assertThat(claim(1)).isEmpty();
		this.store.resumeAll();
		assertThat(ids(claim(1))).containsExactly(id);
	}

	@Test
	void pauseAllAndPausesByNameEndEachByItself() {
		insert(Draft.of(TASK));
		this.store.pause(QUEUE);
		this.store.pauseTask("other", now() + 2000);
		this.store.pauseAll(now() + 5000);
		this.store.pauseAll(now() + 1000);
		this.store.pauseKey("k", Pauses.UNTIL_RESUMED);
		Pauses pauses = this.store.pauses();
		assertThat(pauses).isEqualTo(new Pauses(now() + 1000, Map.of(QUEUE, Pauses.UNTIL_RESUMED),
				Map.of("other", now() + 2000), Map.of("k", Pauses.UNTIL_RESUMED)));
		assertThat(pauses.holdBack("mail")).isTrue();
		reopen();
		assertThat(this.store.pauses()).isEqualTo(pauses);
		assertNextDueAt(now() + 1000);
		this.store.resumeAll();
		this.store.resumeAll();
		assertThat(this.store.pauses().queues()).containsOnlyKeys(QUEUE);
		assertThat(this.store.pauses().tasks()).containsOnlyKeys("other");
		assertThat(this.store.pauses().keys()).containsOnlyKeys("k");
		assertThat(claim(1)).isEmpty();
		this.store.pauseAll(Pauses.UNTIL_RESUMED);
		this.store.resume(QUEUE);
		assertThat(this.store.pauses().all()).isEqualTo(Pauses.UNTIL_RESUMED);
		assertThat(claim(1)).isEmpty();
		this.store.resumeAll();
		assertThat(claim(1)).hasSize(1);
	}

	@Test
	void pauseAllWhenItsTimeIsOverHoldsNothingBackAndTellsTheListeners() {
		List<Pauses> told = new CopyOnWriteArrayList<>();
		this.store.addListener(new StoreListener() {

			@Override
			public void pausesChanged(Pauses pauses) {
				told.add(pauses);
			}

		});
		long id = insert(Draft.of(TASK));
		this.store.pauseAll(now() + 1000);
		assertThat(told).last().isEqualTo(new Pauses(now() + 1000, Map.of(), Map.of(), Map.of()));
		pass(999);
		promote();
		assertThat(claim(1)).isEmpty();
		pass(1);
		assertThat(ids(claim(1))).containsExactly(id);
		promote();
		assertThat(told).last().isEqualTo(Pauses.NONE);
	}

	@Test
	void pauseTaskStopsClaimsOfItInAllShardsAndQueues() {
		insertIntoShards(shards(), (i) -> Draft.of(TASK));
		long elsewhere = insert(Draft.of(TASK).queue("mail"));
		long other = insert(Draft.of("other"));
		this.store.pauseTask(TASK, Pauses.UNTIL_RESUMED);
		assertThat(this.store.pauses()).isEqualTo(new Pauses(Map.of(), Map.of(TASK, Pauses.UNTIL_RESUMED)));
		assertThat(claim(100)).isEmpty();
		assertThat(this.store.claim(this.instance, "mail", Set.of(TASK), 10)).isEmpty();
		assertThat(this.store.claim(this.instance, "mail", Claimer.EVERY_TASK, 10)).isEmpty();
		assertThat(ids(this.store.claim(this.instance, QUEUE, Set.of(TASK, "other"), 10))).containsExactly(other);
		this.store.resumeTask(TASK);
		assertThat(this.store.pauses()).isEqualTo(Pauses.NONE);
		assertThat(claim(100)).hasSize(shards());
		assertThat(ids(this.store.claim(this.instance, "mail", Claimer.EVERY_TASK, 10))).containsExactly(elsewhere);
	}

	@Test
	void pauseTaskHoldsSuspectsBack() {
		StoreInstance dying = this.store.register("dying");
		long id = insert(Draft.of(TASK));
		StoredMessage message = this.store.claim(dying, QUEUE, Set.of(TASK), 1).get(0);
		dying.started(message.runKey());
		this.store.rescue(peer(dying), (task) -> 10);
		this.store.pauseTask(TASK, Pauses.UNTIL_RESUMED);
		assertThat(claim(1)).isEmpty();
		this.store.resumeTask(TASK);
		assertThat(ids(claim(1))).containsExactly(id);
	}

	@Test
	void pauseWhenItsTimeIsOverHoldsNothingBack() {
		long id = insert(Draft.of(TASK));
		long elsewhere = insert(Draft.of("other").queue("mail"));
		this.store.pauseTask(TASK, now() + 1000);
		this.store.pause("mail", now() + 2000);
		assertNextDueAt(now() + 1000);
		pass(999);
		promote();
		assertThat(claim(1)).isEmpty();
		pass(1);
		assertThat(ids(claim(1))).containsExactly(id);
		assertThat(this.store.pauses().tasks()).isEmpty();
		promote();
		assertNextDueAt(now() + 1000);
		assertThat(this.store.claim(this.instance, "mail", Claimer.EVERY_TASK, 1)).isEmpty();
		pass(1000);
		promote();
		assertThat(this.store.pauses()).isEqualTo(Pauses.NONE);
		assertThat(ids(this.store.claim(this.instance, "mail", Claimer.EVERY_TASK, 1))).containsExactly(elsewhere);
		assertThat(this.store.nextDueAt()).isEqualTo(Long.MAX_VALUE);
	}

	@Test
	void pauseWhenItsTimeIsOverTellsTheListeners() {
		List<Pauses> told = new CopyOnWriteArrayList<>();
		this.store.addListener(new StoreListener() {

			@Override
			public void pausesChanged(Pauses pauses) {
				told.add(pauses);
			}

		});
		this.store.pause(QUEUE, now() + 1000);
		this.store.pauseTask(TASK, now() + 1000);
		assertThat(told).last().isEqualTo(new Pauses(Map.of(QUEUE, now() + 1000), Map.of(TASK, now() + 1000)));
		pass(1000);
		promote();
		assertThat(told).last().isEqualTo(Pauses.NONE);
	}

	@Test
	void pauseUntilIsKeptOverReopen() {
		long id = insert(Draft.of(TASK));
		this.store.pauseTask(TASK, now() + 1000);
		this.store.pause("mail", now() + 1000);
		Pauses pauses = this.store.pauses();
		reopen();
		assertThat(this.store.pauses()).isEqualTo(pauses);
		assertThat(claim(1)).isEmpty();
		assertThat(this.store.nextDueAt()).isEqualTo(now() + 1000);
		pass(1000);
		reopen();
		assertThat(this.store.pauses()).isEqualTo(Pauses.NONE);
		assertThat(ids(claim(1))).containsExactly(id);
	}

	@Test
	void pauseTaskWhenMessagesAreReadyIsNotAskedForTheSameAgainAndAgain() {
		insertAll(Draft.of(TASK).times(10));
		this.store.pauseTask(TASK, Pauses.UNTIL_RESUMED);
		DemandContract.Lane lane = new DemandContract.Lane(this.instance, QUEUE, 100);
		this.store.attach(lane);
		this.store.askClaimers();
		this.store.detach(lane);
		assertThat(lane.asked).hasValue(0);
		assertThat(count(MessageState.READY)).isEqualTo(10);
	}

	@Test
	void pauseWhenReturnedNothingIsClaimedAnyMore() throws Exception {
		insertAll(Draft.of(TASK).times(400));
		DemandContract.Lane lane = new DemandContract.Lane(this.instance, QUEUE, 100_000);
		together(() -> {
			this.store.attach(lane);
			return 0;
		}, () -> {
			this.store.pause(QUEUE);
			return 0;
		});
		long running = count(MessageState.RUNNING);
		insertAll(Draft.of(TASK).times(10));
		this.store.demandChanged();
		this.store.probe();
		assertThat(count(MessageState.RUNNING)).isEqualTo(running);
	}

}
