package io.github.queuesqlite.store;

import java.util.ArrayList;
import java.util.Collections;
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

/**
 * Ordering keys: messages with the same one run one at a time, in the order they were
 * handed in, whatever happens to them.
 */
abstract class OrderContract extends StoreSubject {

	private static final Set<String> TASKS = Set.of(TASK, "other");

	OrderContract(Function<Settings, MessageStore> opener) {
		super(opener);
	}

	private static Draft keyed(String key) {
		return Draft.of(TASK).orderingKey(key);
	}

	private List<Long> line(Draft... drafts) {
		List<Long> ids = new ArrayList<>();
		for (Draft draft : drafts) {
			ids.add(insert(draft));
		}
		return ids;
	}

	private List<Long> line(int count) {
		return line(keyed("k").times(count).toArray(Draft[]::new));
	}

	/** Claims what may run, of both tasks. */
	private List<StoredMessage> claimAll() {
		return this.store.claim(this.instance, QUEUE, TASKS, 1000);
	}

	private void assertNothingMayRun() {
		assertThat(claimAll()).isEmpty();
	}

	/** Runs what is left, one after the other, and returns it in that order. */
	private List<Long> runAll() {
		List<Long> ran = new ArrayList<>();
		for (List<StoredMessage> next = claimAll(); !next.isEmpty(); next = claimAll()) {
			assertThat(next).hasSize(1);
			ran.add(next.get(0).id());
			assertThat(settle(complete(next.get(0)))).isEqualTo(SettleResult.APPLIED);
		}
		return ran;
	}

	private StoredMessage claimOnly(long id) {
		List<StoredMessage> claimed = claimAll();
		assertThat(ids(claimed)).containsExactly(id);
		return claimed.get(0);
	}

	// --- one at a time, in order

	@Test
	void claimWhenKeyIsSharedGivesOneAtATimeInOrder() {
		List<Long> ids = line(20);
		StoredMessage first = claimOnly(ids.get(0));
		assertThat(first.orderingKey()).isEqualTo("k");
		assertNothingMayRun();
		settle(complete(first));
		assertThat(runAll()).isEqualTo(ids.subList(1, 20));
	}

	@Test
	void claimWhenKeysDifferGivesOneOfEach() {
		List<Long> firsts = new ArrayList<>();
		for (int i = 0; i < 30; i++) {
			firsts.add(insert(keyed("k" + i)));
			insert(keyed("k" + i));
		}
		firsts.add(insert(Draft.of(TASK)));
		assertThat(ids(claimAll())).containsExactlyInAnyOrderElementsOf(firsts);
	}

	@Test
	void claimWhenPriorityIsHigherBehindKeepsTheOrder() {
		List<Long> ids = line(keyed("k").priority(0), keyed("k").priority(3), keyed("k").priority(1));
		assertThat(runAll()).isEqualTo(ids);
	}

	@Test
	void claimWhenFrontHasLowPriorityTakesBetterOnesWithoutKeyFirst() {
		insert(keyed("k").priority(0));
		insert(keyed("k").priority(3));
		long better = insert(Draft.of(TASK).priority(1));
		assertThat(claimOne().id()).isEqualTo(better);
	}

	@Test
	void keyCountsOverTasksAndQueues() {
		List<Long> ids = line(keyed("k"), Draft.of("other").orderingKey("k"), keyed("k").queue("mail"), keyed("k"));
		settle(complete(claimOnly(ids.get(0))));
		settle(complete(claimOnly(ids.get(1))));
		assertNothingMayRun();
		StoredMessage mail = this.store.claim(this.instance, "mail", TASKS, 10).get(0);
		assertThat(mail.id()).isEqualTo(ids.get(2));
		assertNothingMayRun();
		settle(complete(mail));
		claimOnly(ids.get(3));
	}

	@Test
	void keyWhenQueueOfTheFrontIsPausedHoldsTheLine() {
		List<Long> ids = line(keyed("k").queue("mail"), keyed("k"));
		this.store.pause("mail");
		assertThat(this.store.claim(this.instance, "mail", TASKS, 10)).isEmpty();
		assertNothingMayRun();
		this.store.resume("mail");
		settle(complete(this.store.claim(this.instance, "mail", TASKS, 10).get(0)));
		claimOnly(ids.get(1));
	}

	@Test
	void insertWhenIdsOfSeveralInstancesDoNotRiseKeepsTheOrderOfCommits() {
		List<StoreInstance> instances = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			instances.add(this.store.register("other-" + i));
		}
		Collections.reverse(instances);
		List<Long> ids = new ArrayList<>();
		for (int i = 0; i < 12; i++) {
			// The clock stands still: the slot decides about the ids.
			ids.add(hand(instances.get(i % 4), keyed("k")).id());
		}
		assertThat(ids).isNotEqualTo(ids.stream().sorted().toList());
		assertThat(runAll()).isEqualTo(ids);
	}

	@Test
	void insertWhenManyAreHandedInTogetherKeepsTheOrderOfTheRows() {
		List<Insertion> rows = new ArrayList<>();
		for (int i = 0; i < 200; i++) {
			Draft draft = keyed("k");
			rows.add(draft.insertion(this.store.assignId(this.instance, draft.keys()), now()));
		}
		assertThat(insertRows(rows).get().existing()).containsOnly(0);
		assertThat(runAll()).isEqualTo(rows.stream().map(Insertion::id).toList());
	}

	@Test
	void insertWhenAnotherKeyIsReservedElsewhereKeepsTheOrderOfTheCalls() {
		List<Outcome<InsertResult>> outcomes = new ArrayList<>();
		List<Long> ids = new ArrayList<>();
		for (int i = 0; i < 60; i++) {
			Draft draft = (i % 3 == 0) ? keyed("k").idempotencyKey("i" + i) : keyed("k");
			ids.add(this.store.assignId(this.instance, draft.keys()));
			outcomes.add(insertRows(List.of(draft.insertion(ids.get(i), now()))));
		}
		outcomes.forEach((outcome) -> assertThat(outcome.get().existing()).containsOnly(0));
		assertThat(runAll()).isEqualTo(ids);
	}

	@Test
	void insertWhenSomeOfManyReserveAnotherKeyKeepsTheOrderOfTheRows() {
		List<Insertion> rows = new ArrayList<>();
		for (int i = 0; i < 60; i++) {
			Draft draft = (i % 3 == 0) ? keyed("k").idempotencyKey("i" + i) : keyed("k");
			rows.add(draft.insertion(this.store.assignId(this.instance, draft.keys()), now()));
		}
		Outcome<InsertResult> first = insertRows(rows.subList(0, 40));
		Outcome<InsertResult> second = insertRows(rows.subList(40, 60));
		assertThat(first.get().existing()).containsOnly(0);
		assertThat(second.get().existing()).containsOnly(0);
		assertThat(runAll()).isEqualTo(rows.stream().map(Insertion::id).toList());
	}

	@Test
	void insertWhenDuplicateLeavesTheLineAsItIs() {
		long first = insert(keyed("k").idempotencyKey("i"));
		long second = insert(keyed("k"));
		assertThat(hand(keyed("k").idempotencyKey("i")).existing()).isEqualTo(first);
		assertThat(runAll()).containsExactly(first, second);
	}

	// --- what may happen to the one in front

	@ParameterizedTest
	@EnumSource(names = { "COMPLETED", "DEAD", "CANCELLED", "EXPIRED" })
	void settleWhenRunEndsLetsTheNextRun(MessageState state) {
		List<Long> ids = line(3);
		StoredMessage first = claimOnly(ids.get(0));
		if (state == MessageState.CANCELLED) {
			this.store.cancel(first.id());
		}
		settle(switch (state) {
			case COMPLETED -> new Settlement.Complete(first.runKey(), "bytes", new byte[1]);
			case DEAD -> dead(first);
			case CANCELLED -> retryAt(first, now());
			default -> new Settlement.Expire(first.runKey());
		});
		assertThat(state(ids.get(0))).isEqualTo(state);
		assertThat(runAll()).isEqualTo(ids.subList(1, 3));
	}

	@Test
	void settleWhenRetryWaitsHoldsTheLine() {
		List<Long> ids = line(3);
		settle(retryAt(claimOnly(ids.get(0)), now() + 1000));
		assertNothingMayRun();
		pass(999);
		promote();
		assertNothingMayRun();
		pass(1);
		promote();
		StoredMessage again = claimOnly(ids.get(0));
		assertThat(again.attempt()).isEqualTo(2);
		settle(complete(again));
		assertThat(runAll()).isEqualTo(ids.subList(1, 3));
	}

	@Test
	void settleWhenRetriedAtOnceKeepsItsPlace() {
		List<Long> ids = line(3);
		settle(retryAt(claimOnly(ids.get(0)), now()));
		settle(new Settlement.Retry(claimOnly(ids.get(0)).runKey(), now(), false, null));
		assertThat(runAll()).isEqualTo(ids);
	}

	@Test
	void settleWhenReleasedKeepsItsPlace() {
		List<Long> ids = line(3);
		StoredMessage first = claimOnly(ids.get(0));
		settle(new Settlement.Release(first.runKey()));
		assertThat(find(ids.get(0)).attempt()).isZero();
		assertThat(runAll()).isEqualTo(ids);
	}

	@Test
	void settleWhenRunIsLostChangesNothing() {
		List<Long> ids = line(2);
		StoredMessage first = claimOnly(ids.get(0));
		settle(new Settlement.Release(first.runKey()));
		StoredMessage again = claimOnly(ids.get(0));
		assertThat(settle(complete(first))).isEqualTo(SettleResult.LOST);
		assertNothingMayRun();
		settle(complete(again));
		claimOnly(ids.get(1));
	}

	@Test
	void delayWhenInFrontHoldsTheLine() {
		List<Long> ids = line(keyed("k").delay(1000), keyed("k"));
		assertNothingMayRun();
		pass(1000);
		promote();
		assertThat(runAll()).isEqualTo(ids);
	}

	@Test
	void delayWhenBehindHoldsThoseBehindIt() {
		List<Long> ids = line(keyed("k"), keyed("k").delay(1000), keyed("k"));
		settle(complete(claimOnly(ids.get(0))));
		assertNothingMayRun();
		pass(1000);
		promote();
		assertThat(runAll()).isEqualTo(ids.subList(1, 3));
	}

	@Test
	void delayWhenOverBeforeItsTurnWaitsForTheTurn() {
		List<Long> ids = line(keyed("k"), keyed("k").delay(1000), keyed("k"));
		StoredMessage first = claimOnly(ids.get(0));
		pass(1000);
		assertThat(promote()).isOne();
		assertNothingMayRun();
		settle(complete(first));
		assertThat(runAll()).isEqualTo(ids.subList(1, 3));
	}

	@Test
	void cancelWhenWaitingLetsTheNextRun() {
		List<Long> ids = line(4);
		assertThat(this.store.cancel(ids.get(2))).isEqualTo(CancelResult.CANCELLED);
		assertThat(this.store.cancel(ids.get(0))).isEqualTo(CancelResult.CANCELLED);
		assertThat(runAll()).containsExactly(ids.get(1), ids.get(3));
	}

	@Test
	void expiryWhenWaitingLetsTheNextRun() {
		List<Long> ids = line(keyed("k").timeToLive(500L), keyed("k").timeToLive(900L), keyed("k"),
				keyed("k").timeToLive(500L), keyed("k"));
		pass(500);
		promote();
		assertThat(state(ids.get(3))).isEqualTo(MessageState.EXPIRED);
		StoredMessage second = claimOnly(ids.get(1));
		settle(new Settlement.Release(second.runKey()));
		pass(500);
		promote();
		assertThat(runAll()).containsExactly(ids.get(2), ids.get(4));
	}

	@Test
	void deleteWhenWaitingLetsTheNextRun() {
		List<Long> ids = line(4);
		assertThat(this.store.delete(ids.get(1))).isTrue();
		assertThat(this.store.delete(ids.get(0))).isTrue();
		assertThat(runAll()).containsExactly(ids.get(2), ids.get(3));
	}

	@Test
	void purgeWhenPartOfTheLineGoesLetsTheRestRun() {
		List<Long> ids = line(keyed("k"), keyed("k"), Draft.of("other").orderingKey("k"), keyed("k"));
		assertThat(this.store.purge(MessageQuery.all().task(TASK))).isEqualTo(3);
		assertThat(runAll()).containsExactly(ids.get(2));
	}

	@Test
	void rescheduleWhenInFrontHoldsTheLineAndKeepsItsPlace() {
		List<Long> ids = line(3);
		assertThat(this.store.reschedule(ids.get(0), now() + 1000)).isTrue();
		assertNothingMayRun();
		assertThat(this.store.reschedule(ids.get(0), now())).isTrue();
		assertThat(runAll()).isEqualTo(ids);
	}

	@Test
	void rescheduleWhenBehindKeepsItsPlace() {
		List<Long> ids = line(3);
		assertThat(this.store.reschedule(ids.get(1), now() + 1000)).isTrue();
		assertThat(this.store.reschedule(ids.get(2), now())).isTrue();
		settle(complete(claimOnly(ids.get(0))));
		assertNothingMayRun();
		pass(1000);
		promote();
		assertThat(runAll()).isEqualTo(ids.subList(1, 3));
	}

	@Test
	void retryByHandWhenOthersWaitRunsBeforeThem() {
		List<Long> ids = line(3);
		settle(dead(claimOnly(ids.get(0))));
		assertThat(this.store.retry(ids.get(0))).isTrue();
		assertThat(runAll()).isEqualTo(ids);
	}

	@Test
	void retryByHandWhenAnotherRunsWaitsForItAndRunsNext() {
		List<Long> ids = line(4);
		settle(dead(claimOnly(ids.get(0))));
		StoredMessage second = claimOnly(ids.get(1));
		assertThat(this.store.retry(ids.get(0))).isTrue();
		assertNothingMayRun();
		settle(retryAt(second, now()));
		assertThat(runAll()).isEqualTo(ids);
	}

	@Test
	void retryByHandWhenAllEndedStandsInLineAgain() {
		List<Long> ids = line(3);
		for (long id : ids) {
			settle(dead(claimOnly(id)));
		}
		reopen();
		assertThat(this.store.retryAll(MessageQuery.all().state(MessageState.DEAD))).isEqualTo(3);
		assertThat(runAll()).isEqualTo(ids);
	}

	// --- those that are held

	@Test
	void heldMessagesAreReadyAndCounted() {
		List<Long> ids = line(3);
		ids.forEach((id) -> assertThat(state(id)).isEqualTo(MessageState.READY));
		assertThat(count(MessageState.READY)).isEqualTo(3);
		assertThat(ids(this.store.list(MessageQuery.all().state(MessageState.READY)))).isEqualTo(ids);
		assertThat(this.store.updatePayload(ids.get(2), "bytes", new byte[] { 7 })).isTrue();
		settle(complete(claimOnly(ids.get(0))));
		assertThat(count(MessageState.READY)).isEqualTo(2);
		assertThat(runAll()).isEqualTo(ids.subList(1, 3));
		assertThat(find(ids.get(2)).payload()).containsExactly(7);
		assertThat(count(MessageState.COMPLETED)).isEqualTo(3);
	}

	@Test
	void oldestReadyWhenMessagesAreHeldIsOfThoseThatMayRun() {
		long at = now();
		line(keyed("k").queue("mail"), keyed("k"), keyed("k"));
		assertThat(this.store.oldestReady()).isEqualTo(Map.of("mail", at));
	}

	@Test
	void hasRunnableWhenTheFrontMayNotRunIsFalse() {
		List<Long> ids = line(keyed("k").delay(1000), keyed("k"));
		assertThat(this.store.hasRunnable((queue, task) -> true, now())).isFalse();
		assertThat(this.store.cancel(ids.get(0))).isEqualTo(CancelResult.CANCELLED);
		assertThat(this.store.hasRunnable((queue, task) -> true, now())).isTrue();
		StoredMessage second = claimOnly(ids.get(1));
		insert(keyed("k"));
		assertThat(this.store.hasRunnable((queue, task) -> true, now())).isTrue();
		settle(complete(second));
		assertThat(this.store.hasRunnable((queue, task) -> true, now())).isTrue();
	}

	@Test
	void openWhenLinesWaitKeepsThem() {
		List<Long> ids = line(4);
		StoredMessage first = claimOnly(ids.get(0));
		settle(retryAt(first, now() + 1000));
		reopen();
		assertNothingMayRun();
		pass(1000);
		promote();
		settle(complete(claimOnly(ids.get(0))));
		reopen();
		assertThat(find(ids.get(1)).orderingKey()).isEqualTo("k");
		long last = insert(keyed("k"));
		assertThat(runAll()).containsExactly(ids.get(1), ids.get(2), ids.get(3), last);
	}

	// --- owners that die

	@Test
	void rescueWhenRunHadNotStartedGivesTheTurnBack() {
		List<Long> ids = line(3);
		StoreInstance other = this.store.register("other");
		this.store.claim(other, QUEUE, TASKS, 10);
		assertThat(this.store.rescue(peer(other), (task) -> 3)).hasValue(1);
		assertThat(runAll()).isEqualTo(ids);
	}

	@Test
	void rescueWhenRunHadStartedHoldsTheLineForIt() {
		List<Long> ids = line(3);
		StoreInstance other = this.store.register("other");
		other.started(this.store.claim(other, QUEUE, TASKS, 10).get(0).runKey());
		assertThat(this.store.rescue(peer(other), (task) -> 3)).hasValue(1);
		DemandContract.Lane lane = new DemandContract.Lane(this.instance, QUEUE, 10);
		this.store.attach(lane);
		this.store.demandChanged();
		this.store.probe();
		// A claimer that takes no suspects gets nothing of the line.
		assertThat(lane.messages).isEmpty();
		this.store.detach(lane);
		assertThat(runAll()).isEqualTo(ids);
	}

	@Test
	void rescueWhenNoAttemptIsLeftLetsTheNextRun() {
		List<Long> ids = line(3);
		StoreInstance other = this.store.register("other");
		other.started(this.store.claim(other, QUEUE, TASKS, 10).get(0).runKey());
		assertThat(this.store.rescue(peer(other), (task) -> 1)).hasValue(1);
		assertThat(state(ids.get(0))).isEqualTo(MessageState.DEAD);
		assertThat(runAll()).isEqualTo(ids.subList(1, 3));
	}

	@Test
	void rescueWhenAnOlderOneCameBackByHandLetsItRunFirst() {
		List<Long> ids = line(3);
		settle(dead(claimOnly(ids.get(0))));
		StoreInstance other = this.store.register("other");
		other.started(this.store.claim(other, QUEUE, TASKS, 10).get(0).runKey());
		this.store.retry(ids.get(0));
		this.store.rescue(peer(other), (task) -> 3);
		assertThat(runAll()).isEqualTo(ids);
	}

	@Test
	void deregisterWhenRunsGoOnGivesTheTurnBack() {
		List<Long> ids = line(2);
		StoreInstance other = this.store.register("other");
		this.store.claim(other, QUEUE, TASKS, 10);
		this.store.deregister(other);
		assertThat(runAll()).isEqualTo(ids);
	}

	// --- standing demand and many threads

	@Test
	void demandWhenFrontEndsGetsTheNextWithItsCommit() {
		List<Long> ids = line(5);
		DemandContract.Lane lane = new DemandContract.Lane(this.instance, QUEUE, 100);
		lane.onClaimed = (message) -> settleLater(complete(message));
		this.store.attach(lane);
		await().until(() -> count(MessageState.COMPLETED) == 5);
		assertThat(ids(lane.messages)).isEqualTo(ids);
	}

	@Test
	void runsWhenManyThreadsHandInAndSettleAreOneAtATimeAndInOrder() throws Exception {
		Map<String, Queue<Long>> ran = new ConcurrentHashMap<>();
		Map<String, AtomicInteger> running = new ConcurrentHashMap<>();
		Queue<String> broken = new ConcurrentLinkedQueue<>();
		DemandContract.Lane lane = new DemandContract.Lane(this.instance, QUEUE, 1000);
		Queue<StoredMessage> claimed = new ConcurrentLinkedQueue<>();
		lane.onClaimed = (message) -> {
			if (running.computeIfAbsent(message.orderingKey(), (key) -> new AtomicInteger()).incrementAndGet() > 1) {
				broken.add("two of " + message.orderingKey());
			}
			claimed.add(message);
		};
		this.store.attach(lane);
		Map<String, List<Long>> handedIn = new ConcurrentHashMap<>();
		AtomicInteger producing = new AtomicInteger(4);
		List<Callable<Integer>> threads = new ArrayList<>();
		for (int thread = 0; thread < 4; thread++) {
			String key = "k" + thread;
			threads.add(() -> {
				for (int i = 0; i < 100; i++) {
					handedIn.computeIfAbsent(key, (name) -> new ArrayList<>()).add(insert(keyed(key)));
				}
				producing.decrementAndGet();
				return 0;
			});
			threads.add(() -> {
				Random random = new Random(key.hashCode());
				while (producing.get() > 0 || count(MessageState.COMPLETED) < 400) {
					StoredMessage message = claimed.poll();
					if (message != null) {
						running.get(message.orderingKey()).decrementAndGet();
						int dice = random.nextInt(4);
						if (dice == 0) {
							settle(retryAt(message, now()));
						}
						else if (dice == 1) {
							settle(new Settlement.Release(message.runKey()));
						}
						else {
							ran.computeIfAbsent(message.orderingKey(), (name) -> new ConcurrentLinkedQueue<>())
								.add(message.id());
							settle(complete(message));
						}
					}
				}
				return 0;
			});
		}
		together(threads);
		assertThat(broken).isEmpty();
		Map<String, List<Long>> order = new HashMap<>();
		ran.forEach((key, ids) -> order.put(key, List.copyOf(ids)));
		assertThat(order).isEqualTo(handedIn);
	}

}
