package io.github.queuesqlite.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.MessageStoreContract.Settings;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Due times and times to live, on a clock that moves by hand. */
abstract class DueContract extends StoreSubject {

	DueContract(Function<Settings, MessageStore> opener) {
		super(opener);
	}

	// --- promotion

	@Test
	void promoteDueWhenNotDueLeavesIt() {
		long id = insert(Draft.of(TASK).delay(1000));
		insertIntoShards(shards(), (shard) -> Draft.of("other").delay(999));
		pass(999);
		assertThat(promote()).isEqualTo(shards());
		assertThat(claim(10)).isEmpty();
		assertThat(state(id)).isEqualTo(MessageState.SCHEDULED);
		pass(1);
		assertThat(promote()).isOne();
		assertThat(state(id)).isEqualTo(MessageState.READY);
		assertThat(claimOne().id()).isEqualTo(id);
	}

	@Test
	void promoteDueOrdersByDueTime() {
		List<Long> ids = insertAll(Draft.of(TASK).delay(300), Draft.of(TASK).delay(100), Draft.of(TASK).delay(200),
				Draft.of(TASK).delay(400));
		pass(350);
		assertThat(promote()).isEqualTo(3);
		assertThat(ids(claim(10))).containsExactly(ids.get(1), ids.get(2), ids.get(0));
		pass(50);
		assertThat(promote()).isOne();
		assertThat(ids(claim(10))).containsExactly(ids.get(3));
	}

	@Test
	void promoteDueGoesBehindWhatWaitsButKeepsPriority() {
		List<Long> ids = insertAll(Draft.of(TASK).delay(100), Draft.of(TASK).delay(100).priority(3), Draft.of(TASK));
		pass(200);
		promote();
		assertThat(ids(claim(10))).containsExactly(ids.get(1), ids.get(2), ids.get(0));
	}

	@Test
	void promoteDueWhenLaterMessagesComeStandsBeforeThem() {
		long delayed = insertAll(Draft.of(TASK).delay(100)).get(0);
		pass(200);
		promote();
		pass(1);
		List<Long> claimed = new ArrayList<>();
		insertIntoShards(shards(), (i) -> Draft.of(TASK));
		claimed.addAll(ids(claim(100)));
		List<Long> sameShard = claimed.stream().filter((id) -> shardOf(id) == shardOf(delayed)).toList();
		assertThat(sameShard).startsWith(delayed);
	}

	@Test
	void promoteDueWhenManyAreDuePromotesAllInOrder() {
		List<Draft> drafts = new ArrayList<>();
		for (int i = 0; i < 2500; i++) {
			drafts.add(Draft.of(TASK).delay(1 + (i * 7919L) % 2500));
		}
		insertAll(drafts);
		pass(10_000);
		assertThat(promote()).isEqualTo(2500);
		assertThat(count(MessageState.READY)).isEqualTo(2500);
		Map<Integer, Long> last = new java.util.HashMap<>();
		List<StoredMessage> claimed = claim(2500);
		assertThat(claimed).hasSize(2500);
		for (StoredMessage message : claimed) {
			assertThat(message.runAt()).isGreaterThanOrEqualTo(last.getOrDefault(message.shard(), 0L));
			last.put(message.shard(), message.runAt());
		}
	}

	@Test
	void promoteDueWhenClockStepsBackNeverStartsEarly() {
		long id = insert(Draft.of(TASK).delay(1000));
		pass(-60_000);
		promote();
		assertThat(claim(1)).isEmpty();
		pass(60_000);
		promote();
		assertThat(claim(1)).isEmpty();
		pass(1000);
		promote();
		assertThat(claimOne().id()).isEqualTo(id);
	}

	@Test
	void promoteDueWhenQueueIsPausedMakesReadyAndLeavesUnclaimed() {
		long id = insert(Draft.of(TASK).delay(1000));
		this.store.pause(QUEUE);
		pass(1000);
		assertThat(promote()).isOne();
		assertThat(state(id)).isEqualTo(MessageState.READY);
		assertThat(claim(1)).isEmpty();
	}

	@Test
	void promoteDueWhenReopenedPromotes() {
		long id = insert(Draft.of(TASK).delay(1000));
		pass(1000);
		reopen();
		promote();
		assertThat(claimOne().id()).isEqualTo(id);
	}

	// --- expiry

	@Test
	void promoteDueWhenTimeToLiveIsOverExpiresReadyAndScheduled() {
		long ready = insert(Draft.of(TASK).timeToLive(1000L));
		long scheduled = insert(Draft.of(TASK).delay(5000).timeToLive(1000L));
		long both = insert(Draft.of(TASK).delay(500).timeToLive(1000L));
		long other = insert(Draft.of(TASK).timeToLive(2000L));
		pass(1000);
		assertThat(promote()).isEqualTo(3);
		for (long id : List.of(ready, scheduled, both)) {
			assertThat(state(id)).isEqualTo(MessageState.EXPIRED);
			assertThat(find(id).finishedAt()).isEqualTo(now());
			assertThat(find(id).attempt()).isZero();
		}
		assertThat(state(other)).isEqualTo(MessageState.READY);
		assertThat(ids(claim(10))).containsExactly(other);
	}

	@Test
	void promoteDueWhenTimeToLiveIsNotOverKeepsIt() {
		long id = insert(Draft.of(TASK).timeToLive(1000L));
		pass(999);
		assertThat(promote()).isZero();
		assertThat(state(id)).isEqualTo(MessageState.READY);
	}

	@Test
	void promoteDueWhenQueueIsPausedExpires() {
		this.store.pause(QUEUE);
		long id = insert(Draft.of(TASK).timeToLive(1000L));
		pass(1000);
		assertThat(promote()).isOne();
		assertThat(state(id)).isEqualTo(MessageState.EXPIRED);
	}

	@Test
	void promoteDueWhenNobodyHostsTheTaskExpires() {
		long id = insert(Draft.of("unknown").queue("nowhere").timeToLive(1000L));
		pass(1000);
		promote();
		assertThat(state(id)).isEqualTo(MessageState.EXPIRED);
	}

	@Test
	void promoteDueNeverExpiresRunning() {
		StoredMessage message = running(Draft.of(TASK).timeToLive(1000L));
		pass(5000);
		assertThat(promote()).isZero();
		assertThat(state(message.id())).isEqualTo(MessageState.RUNNING);
		assertThat(settle(complete(message))).isEqualTo(SettleResult.APPLIED);
	}

	@Test
	void promoteDueWhenRetryOutlivesItsTimeExpires() {
		StoredMessage message = running(Draft.of(TASK).timeToLive(1000L));
		settle(retryAt(message, now() + 5000));
		pass(1000);
		assertThat(promote()).isOne();
		assertThat(state(message.id())).isEqualTo(MessageState.EXPIRED);
		assertThat(this.store.failures(message.id())).hasSize(1);
	}

	@Test
	void promoteDueWhenManyExpireExpiresAll() {
		insertAll(Draft.of(TASK).timeToLive(1000L).times(2500));
		pass(1000);
		int step = this.store.promoteDue();
		assertThat(step).isBetween(1, 2499);
		assertThat(step + promote()).isEqualTo(2500);
		assertThat(count(MessageState.EXPIRED)).isEqualTo(2500);
		assertNextDueAt(Long.MAX_VALUE);
	}

	// --- what comes next

	@Test
	void nextDueAtIsTheLeastDueOrExpiryTimeOfAllShards() {
		assertThat(this.store.nextDueAt()).isEqualTo(Long.MAX_VALUE);
		insert(Draft.of(TASK));
		assertThat(this.store.nextDueAt()).isEqualTo(Long.MAX_VALUE);
		insertIntoShards(5, (i) -> Draft.of(TASK).delay(9000 - i));
		int shards = Math.min(5, shards());
		assertThat(this.store.nextDueAt()).isEqualTo(now() + 9000 - (shards - 1));
		insert(Draft.of(TASK).timeToLive(7000L));
		assertThat(this.store.nextDueAt()).isEqualTo(now() + 7000);
		long soon = insert(Draft.of(TASK).delay(20).timeToLive(8000L));
		assertThat(this.store.nextDueAt()).isEqualTo(now() + 20);
		this.store.cancel(soon);
		assertNextDueAt(now() + 7000);
		pass(20);
		promote();
		assertThat(this.store.nextDueAt()).isEqualTo(now() + 7000 - 20);
		reopen();
		assertThat(this.store.nextDueAt()).isEqualTo(now() + 7000 - 20);
	}

	@Test
	void nextDueAtWhenRunningMessageComesBackKnowsItsExpiryAgain() {
		for (int way = 0; way < 5; way++) {
			StoredMessage message = running(Draft.of(TASK).timeToLive(10_000L));
			long expiresAt = now() + 10_000;
			insert(Draft.of("other").delay(1000));
			pass(1000);
			promote();
			RunKey key = message.runKey();
			switch (way) {
				case 0 -> settle(new Settlement.Release(key));
				case 1 -> settle(retryAt(message, now()));
				case 2 -> settle(retryAt(message, now() + 60_000));
				case 3 -> {
					this.store.deregister(this.instance);
					this.instance = this.store.register("next");
				}
				default -> {
					this.instance.started(key);
					this.store.rescue(peer(this.instance), (task) -> 9);
					this.instance = this.store.register("next");
				}
			}
			assertThat(this.store.nextDueAt()).as("way %s", way).isLessThanOrEqualTo(expiresAt);
			pass(9000);
			assertThat(promote()).as("way %s", way).isOne();
			assertThat(state(message.id())).isEqualTo(MessageState.EXPIRED);
		}
	}

	@Test
	void oldestReadyIsTheLeastDueTimeOfEachQueue() {
		assertThat(this.store.oldestReady()).isEmpty();
		long first = now();
		insertIntoShards(5, (i) -> Draft.of(TASK));
		pass(1000);
		insertIntoShards(5, (i) -> Draft.of("b"));
		long second = now();
		insert(Draft.of("late").queue("mail"));
		insert(Draft.of(TASK).queue("later").delay(1000));
		assertThat(this.store.oldestReady()).isEqualTo(Map.of(QUEUE, first, "mail", second));
		claim(100);
		assertThat(this.store.oldestReady()).isEqualTo(Map.of(QUEUE, second, "mail", second));
		pass(1000);
		promote();
		assertThat(this.store.oldestReady()).containsEntry("later", second + 1000);
	}

}
