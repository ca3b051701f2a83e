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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.MessageStoreContract.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Concurrency keys: so many of each at once, in turn. */
abstract class CrowdContract extends StoreSubject {

	private static final Set<String> TASKS = Set.of(TASK, "other");

	CrowdContract(Function<Settings, MessageStore> opener) {
		super(opener);
	}

	private void limit(Integer most) {
		Map<String, Integer> limits = new HashMap<>();
		limits.put(TASK, most);
		this.store.declareKeyLimits(limits);
	}

	private List<StoredMessage> claimAll(int max) {
		return this.store.claim(this.instance, QUEUE, TASKS, max);
	}

	/** A key that lives in the same shard. */
	private String neighbour(String key) {
		int home = shardOf(this.store.assignId(this.instance, crowded(key).keys()));
		int i = 0;
		String other;
		do {
			other = "neighbour" + i++;
		}
		while (shardOf(this.store.assignId(this.instance, crowded(other).keys())) != home);
		return other;
	}

	// --- turns

	@Test
	void claimWhenKeyHasNoLimitGivesAllInTheirOrder() {
		List<Long> ids = crowd("a", 5);
		assertThat(ids(claim(3))).isEqualTo(ids.subList(0, 3));
		assertThat(ids(claim(10))).isEqualTo(ids.subList(3, 5));
	}

	@Test
	void claimWhenOneKeyHasManyGivesAnotherOneItsTurn() {
		List<Long> many = crowd("a", 50);
		List<Long> few = crowd(neighbour("a"), 3);
		assertThat(ids(claim(1))).containsExactly(many.get(0));
		assertThat(ids(claim(1))).containsExactly(few.get(0));
		List<Long> next = ids(claim(4));
		assertThat(next).containsExactlyInAnyOrder(many.get(1), few.get(1), many.get(2), few.get(2));
		assertThat(ids(claim(100))).isEqualTo(many.subList(3, 50));
	}

	@Test
	void claimWhenAKeyHasWeightGivesMoreOfIt() {
		String light = neighbour("heavy");
		this.store.weigh("heavy", 3);
		List<Long> heavy = crowd("heavy", 12);
		List<Long> ofLight = crowd(light, 12);
		List<Long> first = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			first.addAll(ids(claim(1)));
		}
		assertThat(first.stream().filter(heavy::contains).toList()).isEqualTo(heavy.subList(0, 6));
		assertThat(first.stream().filter(ofLight::contains).toList()).isEqualTo(ofLight.subList(0, 2));
	}

	@Test
	void claimWhenPriorityIsHigherTakesItFirstWithinTheKey() {
		long first = insert(crowded("a"));
		long second = insert(crowded("a"));
		long better = insert(crowded("a").priority(3));
		assertThat(ids(claim(1))).containsExactly(first);
		assertThat(ids(claim(1))).containsExactly(better);
		assertThat(ids(claim(1))).containsExactly(second);
	}

	@Test
	void messagesWithoutKeyAreNotHeld() {
		limit(1);
		crowd("a", 20);
		List<Long> free = insertAll(Draft.of(TASK).times(10));
		assertThat(ids(claim(100))).hasSize(11).containsAll(free);
	}

	// --- limits

	@Test
	void claimWhenLimitIsReachedWaitsForAnEnd() {
		limit(2);
		List<Long> ids = crowd("a", 5);
		List<Long> others = crowd("b", 1);
		List<StoredMessage> running = new ArrayList<>(claim(10));
		assertThat(ids(running)).containsExactlyInAnyOrder(ids.get(0), ids.get(1), others.get(0));
		assertThat(claim(10)).isEmpty();
		StoredMessage first = running.stream()
			.filter((message) -> message.id() == ids.get(0))
			.findFirst()
			.orElseThrow();
		settle(complete(first));
		assertThat(ids(claim(10))).containsExactly(ids.get(2));
		assertThat(claim(10)).isEmpty();
	}

	@ParameterizedTest
	@EnumSource(value = MessageState.class, names = { "COMPLETED", "DEAD", "EXPIRED", "CANCELLED" })
	void endLetsTheNextThrough(MessageState state) {
		limit(1);
		List<Long> ids = crowd("a", 2);
		StoredMessage running = claimOne();
		assertThat(running.id()).isEqualTo(ids.get(0));
		settle(switch (state) {
			case COMPLETED -> complete(running);
			case DEAD -> dead(running);
			case EXPIRED -> new Settlement.Expire(running.runKey());
			default -> new Settlement.Cancel(running.runKey());
		});
		assertThat(state(ids.get(0))).isEqualTo(state);
		assertThat(ids(claim(10))).containsExactly(ids.get(1));
	}

	@Test
	void retryWhenItWaitsLetsTheNextThroughAndComesBackInTurn() {
		limit(1);
		List<Long> ids = crowd("a", 3);
		settle(retryAt(claimOne(), now() + 1000));
		StoredMessage second = claimOne();
		assertThat(second.id()).isEqualTo(ids.get(1));
		pass(1000);
		promote();
		assertThat(claim(10)).isEmpty();
		settle(complete(second));
		StoredMessage third = claimOne();
		settle(complete(third));
		StoredMessage fourth = claimOne();
		assertThat(List.of(third.id(), fourth.id())).containsExactlyInAnyOrder(ids.get(0), ids.get(2));
	}

	@Test
	void retryWhenAtOnceStaysLetThrough() {
		limit(1);
		List<Long> ids = crowd("a", 2);
		settle(retryAt(claimOne(), now()));
		assertThat(ids(claim(10))).containsExactly(ids.get(0));
	}

	@Test
	void releaseKeepsItsPlace() {
		limit(1);
		List<Long> ids = crowd("a", 2);
		settle(new Settlement.Release(claimOne().runKey()));
		assertThat(ids(claim(10))).containsExactly(ids.get(0));
	}

	@Test
	void settleWhenRunIsLostChangesNothing() {
		limit(1);
		crowd("a", 2);
		StoredMessage running = claimOne();
		settle(new Settlement.Release(running.runKey()));
		claimOne();
		assertThat(settle(complete(running))).isEqualTo(SettleResult.LOST);
		assertThat(claim(10)).isEmpty();
	}

	@Test
	void rescueIsNotHeldBack() {
		limit(2);
		List<Long> ids = crowd("a", 4);
		StoreInstance other = this.store.register("other");
		List<StoredMessage> lost = this.store.claim(other, QUEUE, TASKS, 10);
		other.started(lost.get(0).runKey());
		this.store.rescue(peer(other), (task) -> 3);
		assertThat(ids(claim(10))).containsExactlyInAnyOrder(ids.get(0), ids.get(1));
		assertThat(claim(10)).isEmpty();
	}

	@Test
	void rescueWhenNoAttemptIsLeftLetsTheNextThrough() {
		limit(1);
		insert(crowded("a").maxAttempts(1));
		List<Long> ids = crowd("a", 1);
		StoreInstance other = this.store.register("other");
		other.started(this.store.claim(other, QUEUE, TASKS, 10).get(0).runKey());
		this.store.rescue(peer(other), (task) -> 3);
		assertThat(ids(claim(10))).isEqualTo(ids);
	}

	@Test
	void deregisterGivesBackWhatItHad() {
		limit(1);
		List<Long> ids = crowd("a", 2);
		StoreInstance other = this.store.register("other");
		this.store.claim(other, QUEUE, TASKS, 10);
		this.store.deregister(other);
		assertThat(ids(claim(10))).containsExactly(ids.get(0));
	}

	@Test
	void limitOfATaskDoesNotHoldOtherTasksOfTheKey() {
		this.store.declareKeyLimits(Map.of(TASK, 1, "other", 2));
		List<Long> ids = crowd("a", 2);
		List<Long> others = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			others.add(insert(Draft.of("other").concurrencyKey("a")));
		}
		assertThat(ids(claimAll(10))).containsExactlyInAnyOrder(ids.get(0), others.get(0), others.get(1));
		assertThat(claimAll(10)).isEmpty();
	}

	@Test
	void messageThatNobodyCanRunDoesNotHoldOtherTasksOfTheKey() {
		insert(Draft.of("nowhere").concurrencyKey("a"));
		List<Long> ids = crowd("a", 3);
		assertThat(ids(claimAll(10))).isEqualTo(ids);
	}

	@Test
	void limitWhenChangedHoldsForWhatWaits() {
		limit(1);
		crowd("a", 6);
		assertThat(claim(10)).hasSize(1);
		limit(3);
		assertThat(claim(10)).hasSize(2);
		limit(2);
		assertThat(claim(10)).isEmpty();
		limit(null);
		assertThat(claim(10)).hasSize(3);
	}

	@Test
	void limitAndCrowdAreKeptOverReopen() {
		limit(1);
		this.store.weigh("b", 2);
		List<Long> ids = crowd("a", 3);
		reopen();
		StoredMessage running = claimOne();
		assertThat(running.id()).isEqualTo(ids.get(0));
		assertThat(claim(10)).isEmpty();
		settle(complete(running));
		assertThat(ids(claim(10))).containsExactly(ids.get(1));
	}

	// --- what else changes messages

	@Test
	void delayedMessagesAreNoPartUntilTheyAreDue() {
		limit(1);
		long later = insert(crowded("a").delay(1000));
		List<Long> now = crowd("a", 1);
		StoredMessage running = claimOne();
		assertThat(running.id()).isEqualTo(now.get(0));
		pass(1000);
		promote();
		assertThat(claim(10)).isEmpty();
		settle(complete(running));
		assertThat(ids(claim(10))).containsExactly(later);
	}

	@Test
	void cancelWhenLetThroughLetsTheNextThrough() {
		List<Long> ids = crowd("a", 3);
		this.store.cancel(ids.get(1));
		this.store.cancel(ids.get(0));
		assertThat(ids(claim(10))).containsExactly(ids.get(2));
	}

	@Test
	void expiryWhenLetThroughLetsTheNextThrough() {
		insert(crowded("a").timeToLive(1000L));
		List<Long> ids = crowd("a", 1);
		pass(1000);
		promote();
		assertThat(ids(claim(10))).isEqualTo(ids);
	}

	@Test
	void deleteAndPurgeLetTheNextThrough() {
		List<Long> ids = crowd("a", 4);
		this.store.delete(ids.get(0));
		this.store.cancel(ids.get(1));
		this.store.purge(MessageQuery.all().state(MessageState.CANCELLED));
		assertThat(ids(claim(10))).containsExactly(ids.get(2), ids.get(3));
	}

	@Test
	void rescheduleWhenHeldComesBackInTurn() {
		limit(1);
		List<Long> ids = crowd("a", 3);
		this.store.reschedule(ids.get(1), now() + 1000);
		this.store.reschedule(ids.get(0), now() + 1000);
		assertThat(ids(claim(10))).containsExactly(ids.get(2));
		this.store.reschedule(ids.get(1), now());
		assertThat(claim(10)).isEmpty();
		assertThat(count(MessageState.READY)).isOne();
		assertThat(count(MessageState.SCHEDULED)).isOne();
	}

	@Test
	void retryByHandWhenOthersRunWaitsForThem() {
		limit(1);
		List<Long> ids = crowd("a", 2);
		settle(dead(claimOne()));
		StoredMessage second = claimOne();
		assertThat(this.store.retry(ids.get(0))).isTrue();
		assertThat(claim(10)).isEmpty();
		settle(complete(second));
		assertThat(ids(claim(10))).containsExactly(ids.get(0));
	}

	@Test
	void retryByHandWhenNobodyRunsIsLetThrough() {
		limit(1);
		List<Long> ids = crowd("a", 1);
		settle(dead(claimOne()));
		assertThat(this.store.retry(ids.get(0))).isTrue();
		assertThat(ids(claim(10))).isEqualTo(ids);
	}

	@Test
	void uniqueKeyWhenConcurrencyKeyDecidesTheShardIsTakenUntilTheEnd() {
		for (int i = 0; i < 6; i++) {
			Draft draft = crowded("c" + i).uniqueKey("u").idempotencyKey("i" + i);
			long first = insert(draft);
			assertThat(hand(Draft.of(TASK).uniqueKey("u")).existing()).isEqualTo(first);
			assertThat(hand(crowded("d" + i).uniqueKey("u")).existing()).isEqualTo(first);
			settle(dead(claimOne()));
			long second = insert(Draft.of(TASK).uniqueKey("u"));
			assertThat(this.store.retry(first)).isFalse();
			this.store.cancel(second);
			assertThat(this.store.retry(first)).isTrue();
			assertThat(hand(Draft.of(TASK).uniqueKey("u")).existing()).isEqualTo(first);
			settle(complete(claimOne()));
		}
	}

	@Test
	void heldMessagesAreReadyAndCounted() {
		limit(1);
		crowd("a", 5);
		assertThat(count(MessageState.READY)).isEqualTo(5);
		claimOne();
		assertThat(count(MessageState.READY)).isEqualTo(4);
	}

	// --- standing demand and many threads

	@Test
	void demandGetsAllOfAKeyWithoutLimit() {
		List<Long> ids = crowd("a", 30);
		DemandContract.Lane lane = new DemandContract.Lane(this.instance, QUEUE, 100);
		this.store.attach(lane);
		await().untilAsserted(() -> assertThat(ids(lane.messages)).isEqualTo(ids));
	}

	@Test
	void runsWhenManyThreadsHandInAndSettleAreNeverMoreThanTheLimit() throws Exception {
		limit(2);
		long seed = System.nanoTime();
		Map<String, AtomicInteger> running = new ConcurrentHashMap<>();
		Map<Long, String> keys = new ConcurrentHashMap<>();
		Queue<String> broken = new ConcurrentLinkedQueue<>();
		Queue<StoredMessage> claimed = new ConcurrentLinkedQueue<>();
		DemandContract.Lane lane = new DemandContract.Lane(this.instance, QUEUE, 1000);
		lane.onClaimed = (message) -> {
			String key = AttributesCodec.decode(message.attributes()).concurrencyKey();
			keys.put(message.id(), key);
			if (running.computeIfAbsent(key, (name) -> new AtomicInteger()).incrementAndGet() > 2) {
				broken.add("three of " + key);
			}
			claimed.add(message);
		};
		this.store.attach(lane);
		List<Callable<Integer>> threads = new ArrayList<>();
		for (int thread = 0; thread < 4; thread++) {
			String key = "k" + thread;
			Random random = new Random(seed + thread);
			threads.add(() -> {
				for (int i = 0; i < 100; i++) {
					insert(crowded(key));
				}
				return 0;
			});
			threads.add(() -> {
				while (count(MessageState.COMPLETED) < 400) {
					StoredMessage message = claimed.poll();
					if (message != null) {
						running.get(keys.get(message.id())).decrementAndGet();
						int dice = random.nextInt(4);
						settle((dice == 0) ? retryAt(message, now())
								: (dice == 1) ? new Settlement.Release(message.runKey()) : complete(message));
					}
				}
				return 0;
			});
		}
		together(threads);
		assertThat(broken).as("seed " + seed).isEmpty();
	}

}
