package io.github.queuesqlite.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.MessageStoreContract.Settings;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Permits of limits, and claims that need one. */
abstract class PermitContract extends StoreSubject {

	private static final String LIMIT = "task:limited";

	PermitContract(Function<Settings, MessageStore> opener) {
		super(opener);
	}

	private PermitState settle(StoreInstance owner, int keep, boolean more) {
		return settle(owner, 10, keep, more);
	}

	private PermitState settle(StoreInstance owner, Integer declared, int keep, boolean more) {
		return this.store.permits(owner, List.of(new PermitWish(LIMIT, declared, keep, more))).get(LIMIT);
	}

	// --- who gets how many

	@Test
	void permitsWhenNobodyElseWantsThemAreAllGiven() {
		assertThat(settle(this.instance, 0, true)).isEqualTo(new PermitState(10, 10, 0, false, false, 1));
		assertThat(settle(this.instance, 10, true)).isEqualTo(new PermitState(10, 10, 0, true, false, 1));
	}

	@Test
	void permitsWhenAllAreTakenAreWaitedFor() {
		StoreInstance other = this.store.register("other");
		settle(this.instance, 0, true);
		assertThat(settle(other, 0, true)).isEqualTo(new PermitState(10, 0, 0, true, false, 2));
		assertThat(settle(this.instance, 10, false)).isEqualTo(new PermitState(10, 10, 0, false, true, 2));
		assertThat(settle(this.instance, 8, false).free()).isEqualTo(2);
		assertThat(settle(other, 0, true)).isEqualTo(new PermitState(10, 2, 0, false, false, 2));
	}

	@Test
	void permitsWhenOthersWaitAreNoMoreThanAShare() {
		StoreInstance other = this.store.register("other");
		settle(this.instance, 0, true);
		settle(other, 0, true);
		assertThat(settle(this.instance, 0, true).held()).isEqualTo(5);
		assertThat(settle(other, 0, true).held()).isEqualTo(5);
	}

	@Test
	void permitWhenSeveralWaitGoesToWhoWaitsLongest() {
		StoreInstance second = this.store.register("second");
		StoreInstance third = this.store.register("third");
		settle(this.instance, 1, 0, true);
		settle(second, 1, 0, true);
		settle(third, 1, 0, true);
		assertThat(settle(this.instance, 1, 0, true).held()).isZero();
		assertThat(settle(third, 1, 0, true).held()).isZero();
		assertThat(settle(second, 1, 0, true).held()).isOne();
		settle(second, 1, 0, false);
		assertThat(settle(this.instance, 1, 0, true).held()).isZero();
		assertThat(settle(third, 1, 0, true).held()).isOne();
	}

	@Test
	void permitsWhenTheirOwnerIsDeadAreFree() {
		StoreInstance other = this.store.register("other");
		assertThat(settle(other, 0, true).held()).isEqualTo(10);
		this.store.rescue(peer(other), (task) -> 3);
		assertThat(settle(this.instance, 0, true).held()).isEqualTo(10);
		assertThat(settle(other, 10, true).held()).isZero();
	}

	@Test
	void permitsWhenTheirOwnerLeavesAreFree() {
		StoreInstance other = this.store.register("other");
		settle(other, 0, true);
		this.store.deregister(other);
		assertThat(settle(this.instance, 0, true).held()).isEqualTo(10);
	}

	@Test
	void permitsWhenTheStoreIsOpenedAgainAreFree() {
		settle(this.instance, 0, true);
		reopen();
		assertThat(settle(this.instance, null, 0, true)).isEqualTo(new PermitState(10, 10, 0, false, false, 1));
	}

	@Test
	void permitsWhenTheLimitIsLoweredAreNotGivenBeforeOthersAreGivenBack() {
		StoreInstance other = this.store.register("other");
		settle(this.instance, 10, 0, true);
		assertThat(settle(other, 4, 0, true)).isEqualTo(new PermitState(4, 0, -6, true, false, 2));
		assertThat(settle(this.instance, null, 5, false).held()).isEqualTo(5);
		assertThat(settle(other, null, 0, true).held()).isZero();
		settle(this.instance, null, 3, false);
		assertThat(settle(other, null, 0, true).held()).isOne();
	}

	@Test
	void limitsAreApart() {
		Map<String, PermitState> states = this.store.permits(this.instance,
				List.of(new PermitWish("task:a", 3, 0, true), new PermitWish("task:b", 5, 0, true),
						new PermitWish("lock:a", 1, 0, true)));
		assertThat(states.get("task:a").held()).isEqualTo(3);
		assertThat(states.get("task:b").held()).isEqualTo(5);
		assertThat(states.get("lock:a").held()).isOne();
	}

	@Test
	void permitsOfSeveralInstancesNeverExceedTheLimit() throws Exception {
		long seed = System.nanoTime();
		Map<Long, Integer> known = new ConcurrentHashMap<>();
		List<Callable<Integer>> threads = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			StoreInstance owner = this.store.register("owner-" + i);
			Random random = new Random(seed + i);
			threads.add(() -> {
				int held = 0;
				int most = 0;
				for (int round = 0; round < 100; round++) {
					int keep = random.nextInt(held + 1);
					// Given back before it is said, taken after it is: what is known is
					// never too much.
					known.put(owner.epoch(), keep);
					held = settle(owner, 7, keep, random.nextInt(3) > 0).held();
					known.put(owner.epoch(), held);
					most = Math.max(most, known.values().stream().mapToInt(Integer::intValue).sum());
				}
				return most;
			});
		}
		assertThat(together(threads)).as("seed " + seed).allMatch((most) -> most <= 7);
	}

	@Test
	void listenerIsToldWhenPermitsChange() {
		AtomicInteger told = new AtomicInteger();
		StoreListener listener = new StoreListener() {

			@Override
			public void permitsChanged() {
				told.incrementAndGet();
			}

		};
		this.store.addListener(listener);
		settle(this.instance, 0, true);
		await().untilAsserted(() -> assertThat(told).hasValue(1));
		settle(this.instance, 10, false);
		insert(Draft.of(TASK));
		this.store.probe();
		assertThat(told).hasValue(1);
		settle(this.instance, 4, false);
		await().untilAsserted(() -> assertThat(told).hasValue(2));
	}

	// --- claims

	@Test
	void claimWhenQuotaIsSmallTakesSoManyAndLeavesTheRest() {
		insertAll(Draft.of(TASK).times(6));
		insertAll(Draft.of("free").times(3));
		LimitedLane lane = new LimitedLane(this.instance, 2);
		lane.tasks = Set.of(TASK, "free");
		this.store.attach(lane);
		await().untilAsserted(() -> assertThat(lane.messages).extracting(StoredMessage::task)
			.containsExactlyInAnyOrder(TASK, TASK, "free", "free", "free"));
		assertThat(lane.left).hasValue(0);
		lane.left.set(3);
		this.store.demandChanged();
		await().untilAsserted(() -> assertThat(lane.messages).hasSize(8));
		lane.left.set(5);
		this.store.demandChanged();
		await().untilAsserted(() -> assertThat(lane.messages).hasSize(9));
		await().untilAsserted(() -> assertThat(lane.left).hasValue(4));
	}

	@Test
	void claimWhenOneTaskIsHostedTakesNoMoreThanItsQuota() {
		insertAll(Draft.of(TASK).times(6));
		LimitedLane lane = new LimitedLane(this.instance, 4);
		this.store.attach(lane);
		await().untilAsserted(() -> assertThat(lane.messages).hasSize(4));
		lane.left.set(1);
		this.store.demandChanged();
		await().untilAsserted(() -> assertThat(lane.messages).hasSize(5));
		assertThat(count(MessageState.RUNNING)).isEqualTo(5);
	}

	@Test
	void claimWhenAPermitIsForSeveralMessagesGivesSoManyAndTakesOneForThem() {
		insertAll(Draft.of(TASK).times(20));
		List<Integer> claims = new CopyOnWriteArrayList<>();
		LimitedLane lane = new LimitedLane(this.instance, 100) {

			@Override
			public int wanted(int shard, int bestReady) {
				return 2;
			}

			@Override
			public void claimed(int shard, List<StoredMessage> claimed) {
				claims.add(claimed.size());
				super.claimed(shard, claimed);
			}

		};
		lane.perPermit = 3;
		this.store.attach(lane);
		await().untilAsserted(() -> {
			this.store.demandChanged();
			assertThat(lane.messages).hasSize(20);
		});
		assertThat(claims).allMatch((n) -> n <= 6).contains(6);
		await().untilAsserted(
				() -> assertThat(100 - lane.left.get()).isEqualTo(claims.stream().mapToInt((n) -> (n + 2) / 3).sum()));
	}

	@Test
	void claimWhenTheClaimerCannotTakeThemGivesPermitsBack() {
		insertAll(Draft.of(TASK).times(2));
		AtomicInteger failures = new AtomicInteger(1);
		LimitedLane lane = new LimitedLane(this.instance, 2) {

			@Override
			public void claimed(int shard, List<StoredMessage> claimed) {
				if (!claimed.isEmpty() && failures.getAndDecrement() > 0) {
					throw new OutOfMemoryError("just now");
				}
				super.claimed(shard, claimed);
			}

		};
		this.store.attach(lane);
		await().untilAsserted(() -> assertThat(lane.messages).hasSize(2));
		assertThat(lane.left).hasValue(0);
	}

	@Test
	void suspectWhenThereIsNoPermitIsNotClaimed() {
		StoreInstance other = this.store.register("other");
		insert(Draft.of(TASK));
		other.started(this.store.claim(other, QUEUE, Set.of(TASK), 1).get(0).runKey());
		this.store.rescue(peer(other), (task) -> 3);
		LimitedLane lane = new LimitedLane(this.instance, 0);
		this.store.attach(lane);
		this.store.demandChanged();
		await().untilAsserted(() -> assertThat(lane.suspectsAsked).hasPositiveValue());
		assertThat(count(MessageState.RUNNING)).isZero();
		lane.left.set(1);
		this.store.demandChanged();
		await().untilAsserted(() -> assertThat(lane.suspects).hasSize(1));
		assertThat(lane.left).hasValue(0);
	}

	@Test
	void missesPermitNamesTasksThatHaveMessages() {
		insert(Draft.of("limited"));
		Map<String, Integer> missed = new HashMap<>();
		DemandContract.Lane lane = new DemandContract.Lane(this.instance, QUEUE, 10) {

			@Override
			public Set<String> unpermitted() {
				return Set.of("limited", "empty");
			}

			@Override
			public synchronized void missesPermit(int shard, String task) {
				missed.merge(task, 1, Integer::sum);
			}

		};
		this.store.attach(lane);
		await().untilAsserted(() -> {
			synchronized (lane) {
				assertThat(missed).containsOnlyKeys("limited");
			}
		});
		assertThat(lane.messages).isEmpty();
	}

	/** A lane with a quota of one task. */
	private static class LimitedLane extends DemandContract.Lane {

		final AtomicInteger left;

		final Queue<Suspect> suspects = new ConcurrentLinkedQueue<>();

		final AtomicInteger suspectsAsked = new AtomicInteger();

		/** How many messages of the task a permit is for. */
		int perPermit = 1;

		LimitedLane(StoreInstance owner, int left) {
			super(owner, QUEUE, 100);
			this.left = new AtomicInteger(left);
		}

		@Override
		public Quota quota() {
			return new Quota() {

				@Override
				public int messagesPerPermit(String task) {
					return task.equals(TASK) ? LimitedLane.this.perPermit : 1;
				}

				@Override
				public int take(String task, int max) {
					if (!task.equals(TASK)) {
						return max;
					}
					int taken = Math.min(max, LimitedLane.this.left.get());
					return LimitedLane.this.left.getAndAdd(-taken) >= taken ? taken : 0;
				}

				@Override
				public void giveBack(String task, int n) {
					if (task.equals(TASK)) {
						LimitedLane.this.left.addAndGet(n);
					}
				}

			};
		}

		@Override
		public boolean wantsSuspect(int shard, long seq) {
			this.suspectsAsked.incrementAndGet();
			return this.suspects.isEmpty();
		}

		@Override
		public boolean reserveForSuspect(int shard) {
			return this.left.get() > 0 || this.suspectsAsked.get() < 5;
		}

		@Override
		public void claimedSuspect(Suspect suspect) {
			if (suspect != null) {
				this.suspects.add(suspect);
			}
		}

	}

}
