package io.github.queuesqlite.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.MessageStoreContract.Settings;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Claims: which messages, in which order, each to one owner. */
abstract class ClaimContract extends StoreSubject {

	ClaimContract(Function<Settings, MessageStore> opener) {
		super(opener);
	}

	@Test
	void claimReturnsRunningMessage() {
		long id = insert(Draft.of(TASK).payload("p").maxAttempts(4));
		pass(5);
		StoredMessage message = claimOne();
		assertThat(message.id()).isEqualTo(id);
		assertThat(message.state()).isEqualTo(MessageState.RUNNING);
		assertThat(message.attempt()).isOne();
		assertThat(message.run()).isOne();
		assertThat(message.owner()).isEqualTo(this.instance.epoch());
		assertThat(message.startedAt()).isEqualTo(now());
		assertThat(message.finishedAt()).isNull();
		assertThat(message.deadline()).isNull();
		assertThat(message.payload()).asString().isEqualTo("p");
		assertThat(message.runKey())
			.isEqualTo(new RunKey(message.shard(), message.id(), this.instance.epoch(), message.run(), QUEUE, TASK));
		assertThat(find(id)).usingRecursiveComparison().isEqualTo(message);
		assertThat(count(MessageState.RUNNING)).isOne();
		assertThat(count(MessageState.READY)).isZero();
	}

	@Test
	void claimWhenNothingIsReadyReturnsNothing() {
		assertThat(claim(10)).isEmpty();
		insert(Draft.of(TASK).delay(60_000));
		assertThat(claim(10)).isEmpty();
	}

	@Test
	void claimWhenNoTaskIsNamedReturnsNothing() {
		insert(Draft.of(TASK));
		assertThat(this.store.claim(this.instance, QUEUE, Set.of(), 10)).isEmpty();
	}

	@Test
	void claimReturnsHigherPriorityFirstThenInOrderOfInsertion() {
		int[] priorities = { 1, 3, -5, 1, 0, 3, Integer.MAX_VALUE, Integer.MIN_VALUE, 2, 1 };
		List<Draft> drafts = new ArrayList<>();
		for (int priority : priorities) {
			drafts.add(Draft.of(TASK).priority(priority));
		}
		List<Long> ids = insertAll(drafts);
		assertThat(ids(claim(4))).containsExactly(ids.get(6), ids.get(1), ids.get(5), ids.get(8));
		assertThat(ids(claim(10))).containsExactly(ids.get(0), ids.get(3), ids.get(9), ids.get(4), ids.get(2),
				ids.get(7));
	}

	@Test
	void claimWhenTakenOneByOneKeepsTheOrder() {
		List<Draft> drafts = new ArrayList<>();
		for (int i = 0; i < 30; i++) {
			drafts.add(Draft.of((i % 3 == 0) ? "a" : "b").priority(i % 4));
		}
		List<Long> ids = insertAll(drafts);
		List<Long> expected = new ArrayList<>();
		for (int priority = 3; priority >= 0; priority--) {
			for (int i = 0; i < 30; i++) {
				if (i % 4 == priority) {
					expected.add(ids.get(i));
				}
			}
		}
		List<Long> claimed = new ArrayList<>();
		for (int i = 0; i < 30; i++) {
			claimed.addAll(ids(this.store.claim(this.instance, QUEUE, Set.of("a", "b"), 1)));
		}
		assertThat(claimed).containsExactlyElementsOf(expected);
	}

	@Test
	void claimWhenLimitIsReachedLeavesTheRest() {
		List<Long> ids = insertAll(Draft.of(TASK).times(10));
		assertThat(ids(claim(4))).containsExactlyElementsOf(ids.subList(0, 4));
		assertThat(count(MessageState.READY)).isEqualTo(6);
		assertThat(ids(claim(100))).containsExactlyElementsOf(ids.subList(4, 10));
	}

	@Test
	void claimWhenSeveralShardsHaveMessagesReturnsAtMostTheLimitBestFirst() {
		insertIntoShards(5, (i) -> Draft.of(TASK).priority(i));
		insertIntoShards(5, (i) -> Draft.of("other"));
		List<StoredMessage> claimed = claim(Math.max(1, shards() - 1));
		assertThat(claimed).hasSize(Math.max(1, shards() - 1));
		assertThat(claimed).isSortedAccordingTo(
				Comparator.comparing(StoredMessage::priority).reversed().thenComparing(StoredMessage::seq));
	}

	@Test
	void claimWhenBestMessageIsInAnotherShardReturnsIt() {
		for (int round = 0; round < 5; round++) {
			int best = round;
			Map<Integer, Long> ids = insertIntoShards(5, (i) -> Draft.of("t" + best).priority((i == best) ? 3 : 0));
			long expected = ids.keySet()
				.stream()
				.map((shard) -> find(ids.get(shard)))
				.max(Comparator.comparing(StoredMessage::priority)
					.thenComparing(Comparator.comparing(StoredMessage::seq).reversed()))
				.orElseThrow()
				.id();
			assertThat(ids(this.store.claim(this.instance, QUEUE, Set.of("t" + best), 1))).containsExactly(expected);
			this.store.purge(io.github.queuesqlite.message.MessageQuery.all());
		}
	}

	@Test
	void claimTakesNamedTasksOnly() {
		insertAll(Draft.of("unknown").priority(9).times(50));
		List<Long> ids = insertAll(Draft.of("a"), Draft.of("unknown"), Draft.of("b"), Draft.of("c"));
		assertThat(ids(this.store.claim(this.instance, QUEUE, Set.of("a", "b", "absent"), 10)))
			.containsExactly(ids.get(0), ids.get(2));
		assertThat(count(MessageState.READY)).isEqualTo(52);
	}

	@Test
	void claimTakesItsQueueOnly() {
		insert(Draft.of(TASK).queue("mail"));
		long id = insert(Draft.of(TASK));
		assertThat(ids(claim(10))).containsExactly(id);
		assertThat(this.store.claim(this.instance, "absent", Set.of(TASK), 10)).isEmpty();
		assertThat(this.store.claim(this.instance, "mail", Set.of(TASK), 10)).hasSize(1);
	}

	@Test
	void claimWhenManyTasksAreHostedFindsThemAll() {
		List<Draft> drafts = new ArrayList<>();
		Set<String> tasks = new java.util.HashSet<>();
		for (int i = 0; i < 150; i++) {
			drafts.add(Draft.of("task-" + i).priority(i % 3));
			tasks.add("task-" + i);
		}
		List<Long> ids = insertAll(drafts);
		List<Long> claimed = new ArrayList<>();
		for (int i = 0; i < 15; i++) {
			claimed.addAll(ids(this.store.claim(this.instance, QUEUE, tasks, 10)));
		}
		assertThat(claimed).containsExactlyInAnyOrderElementsOf(ids);
		assertThat(claimed.subList(0, 50)).containsExactlyElementsOf(everyThird(ids, 2));
	}

	private static List<Long> everyThird(List<Long> ids, int from) {
		List<Long> third = new ArrayList<>();
		for (int i = from; i < ids.size(); i += 3) {
			third.add(ids.get(i));
		}
		return third;
	}

	@Test
	void claimWhenTaskWasEmptyFindsItsLaterMessages() {
		assertThat(claim(1)).isEmpty();
		assertThat(claim(1)).isEmpty();
		long id = insert(Draft.of(TASK));
		assertThat(ids(claim(1))).containsExactly(id);
		assertThat(claim(1)).isEmpty();
		long scheduled = insert(Draft.of(TASK).delay(1000));
		assertThat(claim(1)).isEmpty();
		pass(1000);
		promote();
		assertThat(ids(claim(1))).containsExactly(scheduled);
	}

	@Test
	void claimWhenTaskWasEmptyFindsWhatComesBack() {
		long id = insert(Draft.of(TASK));
		StoredMessage message = claimOne();
		assertThat(claim(1)).isEmpty();
		settle(new Settlement.Release(message.runKey()));
		message = claimOne();
		assertThat(claim(1)).isEmpty();
		settle(retryAt(message, now()));
		message = claimOne();
		assertThat(claim(1)).isEmpty();
		settle(dead(message));
		assertThat(claim(1)).isEmpty();
		this.store.retry(id);
		claimOne();
		assertThat(claim(1)).isEmpty();
		this.store.deregister(this.instance);
		this.instance = this.store.register("next");
		message = claimOne();
		assertThat(claim(1)).isEmpty();
		this.store.rescue(peer(this.instance), (task) -> 9);
		this.instance = this.store.register("third");
		assertThat(claimOne().id()).isEqualTo(id);
		assertThat(claim(1)).isEmpty();
		long later = insert(Draft.of(TASK).delay(10_000));
		this.store.reschedule(later, now());
		assertThat(claimOne().id()).isEqualTo(later);
	}

	@Test
	void claimRaisesRunEachTimeAndNeverLowersIt() {
		long id = insert(Draft.of(TASK));
		long last = 0;
		for (int i = 0; i < 4; i++) {
			StoredMessage message = claimOne();
			assertThat(message.run()).isGreaterThan(last);
			last = message.run();
			settle((i % 2 == 0) ? new Settlement.Release(message.runKey()) : retryAt(message, now()));
		}
		settle(dead(claimOne()));
		assertThat(this.store.retry(id)).isTrue();
		assertThat(claimOne().run()).isGreaterThan(last + 1);
	}

	@Test
	void claimWhenManyThreadsGivesEachMessageOnce() throws Exception {
		int messages = 2000;
		List<Long> ids = insertAll(Draft.of(TASK).times(messages / 2));
		List<Long> more = insertAll(Draft.of(TASK).priority(2).times(messages / 2));
		StoreInstance other = this.store.register("other");
		List<Callable<List<StoredMessage>>> tasks = new ArrayList<>();
		for (int thread = 0; thread < 8; thread++) {
			StoreInstance owner = (thread % 2 == 0) ? this.instance : other;
			tasks.add(() -> {
				List<StoredMessage> mine = new ArrayList<>();
				while (true) {
					List<StoredMessage> claimed = this.store.claim(owner, QUEUE, Set.of(TASK), 7);
					if (claimed.isEmpty()) {
						return mine;
					}
					assertThat(claimed).allMatch((message) -> message.owner() == owner.epoch());
					mine.addAll(claimed);
				}
			});
		}
		List<Long> claimed = together(tasks).stream().flatMap(List::stream).map(StoredMessage::id).toList();
		ids.addAll(more);
		assertThat(claimed).containsExactlyInAnyOrderElementsOf(ids);
		assertThat(count(MessageState.RUNNING)).isEqualTo(messages);
	}

	@Test
	void claimWhenEveryThreadPutsClaimsAndSettlesEndsEachMessageOnce() throws Exception {
		List<Callable<List<Long>>> tasks = new ArrayList<>();
		for (int thread = 0; thread < 8; thread++) {
			tasks.add(() -> {
				List<Long> applied = new ArrayList<>();
				for (int i = 0; i < 60; i++) {
					insert(Draft.of(TASK));
					for (StoredMessage message : claim(2)) {
						if (settle(complete(message)) == SettleResult.APPLIED) {
							applied.add(message.id());
						}
					}
				}
				return applied;
			});
		}
		List<Long> applied = new ArrayList<>(together(tasks).stream().flatMap(List::stream).toList());
		for (StoredMessage message : claim(1000)) {
			assertThat(settle(complete(message))).isEqualTo(SettleResult.APPLIED);
			applied.add(message.id());
		}
		assertThat(applied).hasSize(480).doesNotHaveDuplicates();
		assertThat(count(MessageState.COMPLETED)).isEqualTo(480);
		assertThat(count(MessageState.READY) + count(MessageState.RUNNING)).isZero();
	}

	@Test
	void claimWhenReopenedKeepsTheOrder() {
		List<Long> ids = insertAll(Draft.of(TASK).times(6));
		reopen();
		assertThat(ids(claim(10))).containsExactlyElementsOf(ids);
	}

}
