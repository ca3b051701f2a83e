package io.github.queuesqlite.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.MessageStoreContract.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Unique keys (one live message of a task) and idempotency keys (one kept message in the
 * store), wherever their homes are.
 */
abstract class KeyContract extends StoreSubject {

	private final AtomicInteger pairs = new AtomicInteger();

	KeyContract(Function<Settings, MessageStore> opener) {
		super(opener);
	}

	/** Two keys whose homes are different shards, where there are several. */
	private Draft farApart() {
		for (int i = 0; i < 1000; i++) {
			Draft draft = Draft.of(TASK)
				.idempotencyKey("i" + this.pairs.incrementAndGet())
				.uniqueKey("u" + this.pairs.get());
			int home = shardOf(this.store.assignId(this.instance, draft.uniqueKey(null).keys()));
			int other = shardOf(this.store.assignId(this.instance, draft.idempotencyKey(null).keys()));
			if (home != other || shards() == 1) {
				return draft;
			}
		}
		throw new AssertionError("All keys live in one shard");
	}

	/**
	 * A message that its ordering key brings to another shard than its unique key's home.
	 */
	private Draft ordered(String uniqueKey) {
		Draft plain = Draft.of(TASK).uniqueKey(uniqueKey);
		int home = shardOf(this.store.assignId(this.instance, plain.keys()));
		for (int i = 0; i < 1000; i++) {
			Draft draft = plain.orderingKey("o" + this.pairs.incrementAndGet());
			if (shardOf(this.store.assignId(this.instance, draft.keys())) != home || shards() == 1) {
				return draft;
			}
		}
		throw new AssertionError("All keys live in one shard");
	}

	private void end(long id, MessageState state) {
		if (state == MessageState.CANCELLED) {
			assertThat(this.store.cancel(id)).isEqualTo(CancelResult.CANCELLED);
			return;
		}
		StoredMessage message = claim(1000).stream().filter((one) -> one.id() == id).findFirst().orElseThrow();
		settle(switch (state) {
			case COMPLETED -> complete(message);
			case DEAD -> dead(message);
			default -> new Settlement.Expire(message.runKey());
		});
		assertThat(state(id)).isEqualTo(state);
	}

	// --- idempotency key

	@Test
	void idempotencyKeyWhenTakenReturnsExistingAndStoresNothing() {
		long first = insert(Draft.of(TASK).idempotencyKey("k").payload("first"));
		Handed second = hand(Draft.of("other").idempotencyKey("k").payload("second"));
		assertThat(second.existing()).isEqualTo(first);
		assertThat(this.store.find(second.id())).isEmpty();
		assertThat(this.store.findByKey("k").orElseThrow().payload()).asString().isEqualTo("first");
		assertThat(count(MessageState.READY)).isOne();
	}

	@ParameterizedTest
	@EnumSource(names = { "COMPLETED", "DEAD", "CANCELLED", "EXPIRED" })
	void idempotencyKeyWhenMessageEndedIsStillTaken(MessageState state) {
		long first = insert(Draft.of(TASK).idempotencyKey("k"));
		end(first, state);
		assertThat(hand(Draft.of(TASK).idempotencyKey("k")).existing()).isEqualTo(first);
	}

	@Test
	void idempotencyKeyWhenMessageIsDeletedIsFree() {
		for (Draft draft : List.of(Draft.of(TASK).idempotencyKey("k"), farApart())) {
			long first = insert(draft);
			assertThat(hand(draft).existing()).isEqualTo(first);
			assertThat(this.store.delete(first)).isTrue();
			assertThat(this.store.findByKey(draft.idempotencyKey())).isEmpty();
			long second = insert(draft);
			assertThat(this.store.findByKey(draft.idempotencyKey()).orElseThrow().id()).isEqualTo(second);
		}
	}

	@Test
	void idempotencyKeyWhenMessageIsPurgedIsFree() {
		Draft draft = farApart();
		insert(draft);
		assertThat(this.store.purge(MessageQuery.all())).isOne();
		insert(draft);
	}

	@Test
	void idempotencyKeyWhenMessageIsPrunedIsFree() {
		Draft draft = farApart();
		end(insert(draft), MessageState.COMPLETED);
		pass(Duration.ofHours(25).toMillis());
		assertThat(prune()).isOne();
		assertThat(this.store.findByKey(draft.idempotencyKey())).isEmpty();
		insert(draft);
	}

	@Test
	void idempotencyKeyWhenCompletedIsNotRetainedIsFreeAfterTheNextPruning() {
		reopen(this.settings.retention(
				new Retention(Duration.ZERO, Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1), 100)));
		Draft draft = farApart();
		long first = insert(draft);
		settle(complete(claimOne()));
		assertThat(hand(draft).existing()).isEqualTo(first);
		assertThat(prune()).isOne();
		insert(draft);
	}

	@Test
	void idempotencyKeyWhenReopenedIsStillTaken() {
		Draft near = Draft.of(TASK).idempotencyKey("k");
		Draft far = farApart();
		long first = insert(near);
		long second = insert(far);
		reopen();
		assertThat(hand(near).existing()).isEqualTo(first);
		assertThat(hand(far).existing()).isEqualTo(second);
		assertThat(hand(far.uniqueKey(null)).existing()).isEqualTo(second);
		assertThat(hand(far.idempotencyKey(null)).existing()).isEqualTo(second);
	}

	@Test
	void findByKeyFindsTheMessageWhereverItIs() {
		for (int i = 0; i < 20; i++) {
			Draft draft = farApart();
			long id = insert(draft);
			assertThat(this.store.findByKey(draft.idempotencyKey()).orElseThrow().id()).isEqualTo(id);
		}
		assertThat(this.store.findByKey("nobody")).isEmpty();
	}

	// --- unique key

	@Test
	void uniqueKeyWhenLiveMessageHasItReturnsExisting() {
		long ready = insert(Draft.of(TASK).uniqueKey("k"));
		assertThat(hand(Draft.of(TASK).uniqueKey("k")).existing()).isEqualTo(ready);
		claimOne();
		assertThat(hand(Draft.of(TASK).uniqueKey("k")).existing()).isEqualTo(ready);
		long scheduled = insert(Draft.of(TASK).uniqueKey("later").delay(60_000));
		assertThat(hand(Draft.of(TASK).uniqueKey("later")).existing()).isEqualTo(scheduled);
	}

	@Test
	void uniqueKeyWhenOtherTaskHasItIsFree() {
		insert(Draft.of(TASK).uniqueKey("k"));
		insert(Draft.of("other").uniqueKey("k"));
	}

	@Test
	void uniqueKeyWhenOtherQueueHasItIsTaken() {
		long first = insert(Draft.of(TASK).queue("one").uniqueKey("k"));
		assertThat(hand(Draft.of(TASK).queue("two").uniqueKey("k")).existing()).isEqualTo(first);
	}

	@ParameterizedTest
	@EnumSource(names = { "COMPLETED", "DEAD", "CANCELLED", "EXPIRED" })
	void uniqueKeyWhenMessageEndedIsFree(MessageState state) {
		for (Draft draft : List.of(Draft.of(TASK).uniqueKey("k"), farApart())) {
			end(insert(draft), state);
			long second = insert(draft.idempotencyKey(null));
			assertThat(hand(draft.idempotencyKey(null)).existing()).isEqualTo(second);
			assertThat(this.store.cancel(second)).isEqualTo(CancelResult.CANCELLED);
		}
	}

	@Test
	void uniqueKeyWhenMessageIsRetriedOrReleasedIsTaken() {
		for (Draft draft : List.of(Draft.of(TASK).uniqueKey("k"), farApart())) {
			long id = insert(draft);
			settle(retryAt(claimOne(), now() + 1000));
			assertThat(hand(draft.idempotencyKey(null)).existing()).isEqualTo(id);
			pass(2000);
			promote();
			settle(new Settlement.Release(claimOne().runKey()));
			assertThat(hand(draft.idempotencyKey(null)).existing()).isEqualTo(id);
			assertThat(this.store.delete(id)).isTrue();
			long next = insert(draft.idempotencyKey(null));
			assertThat(this.store.delete(next)).isTrue();
		}
	}

	@Test
	void uniqueKeyWhenWaitingMessageExpiresIsFree() {
		Draft draft = farApart();
		insert(draft.timeToLive(1000L));
		pass(2000);
		assertThat(promote()).isOne();
		insert(draft.idempotencyKey(null));
	}

	@Test
	void uniqueKeyWhenOwnerDiedAndNoAttemptIsLeftIsFree() {
		Draft draft = farApart().maxAttempts(1);
		long id = insert(draft);
		StoreInstance other = this.store.register("other");
		StoredMessage message = this.store.claim(other, QUEUE, Set.of(TASK), 1).get(0);
		other.started(message.runKey());
		assertThat(this.store.rescue(peer(other), (task) -> 3)).hasValue(1);
		assertThat(state(id)).isEqualTo(MessageState.DEAD);
		insert(draft.idempotencyKey(null));
	}

	// --- both

	@ParameterizedTest
	@EnumSource(names = { "COMPLETED", "DEAD", "CANCELLED", "EXPIRED" })
	void uniqueKeyWhenOrderingKeyDecidesTheShardIsTakenUntilTheEnd(MessageState state) {
		long first = insert(ordered("u"));
		assertThat(hand(ordered("u")).existing()).isEqualTo(first);
		assertThat(hand(Draft.of(TASK).uniqueKey("u")).existing()).isEqualTo(first);
		end(first, state);
		long second = insert(ordered("u"));
		assertThat(hand(Draft.of(TASK).uniqueKey("u")).existing()).isEqualTo(second);
		end(second, state);
		long third = insert(Draft.of(TASK).uniqueKey("u"));
		assertThat(hand(ordered("u")).existing()).isEqualTo(third);
		end(third, state);
		insert(ordered("u"));
	}

	@Test
	void uniqueKeyWhenOrderingKeyDecidesTheShardIsTakenAfterReopen() {
		long first = insert(ordered("u").idempotencyKey("i"));
		reopen();
		assertThat(hand(Draft.of(TASK).uniqueKey("u")).existing()).isEqualTo(first);
		assertThat(hand(ordered("u").idempotencyKey("j")).existing()).isEqualTo(first);
		assertThat(hand(ordered("v").idempotencyKey("i")).existing()).isEqualTo(first);
		end(first, MessageState.COMPLETED);
		prune();
		insert(Draft.of(TASK).uniqueKey("u"));
		assertThat(hand(ordered("v").idempotencyKey("i")).existing()).isEqualTo(first);
		insert(ordered("v"));
	}

	@Test
	void uniqueKeyWhenOrderingKeyDecidesTheShardIsOfItsTaskOnly() {
		insert(ordered("u"));
		insert(new Draft("other", QUEUE, 1, 0, null, null, null, null, null, false, null, "u", "o"));
		insert(Draft.of("another").uniqueKey("u"));
	}

	@Test
	void insertWhenSomeUniqueKeysOfBatchAreReservedElsewhereStoresTheOthers() {
		long live = insert(ordered("live"));
		end(insert(ordered("ended")), MessageState.COMPLETED);
		List<Insertion> rows = new ArrayList<>();
		for (String key : List.of("live", "ended", "free")) {
			Draft draft = Draft.of(TASK).uniqueKey(key);
			rows.add(draft.insertion(this.store.assignId(this.instance, draft.keys()), now()));
		}
		byShard(rows).forEach((shard, some) -> {
			InsertResult result = insertRows(some).get();
			assertThat(result.failed()).isEmpty();
			for (int i = 0; i < some.size(); i++) {
				boolean taken = "live".equals(some.get(i).keys().uniqueKey());
				assertThat(result.existing()[i]).isEqualTo(taken ? live : 0);
				assertThat(this.store.find(some.get(i).id()).isPresent()).isEqualTo(!taken);
			}
		});
	}

	@Test
	void insertWhenManyThreadsUseAUniqueKeyInSeveralShardsExactlyOneWins() throws Exception {
		for (int round = 0; round < 10; round++) {
			String key = "u" + round;
			List<Callable<Handed>> threads = new ArrayList<>();
			for (int i = 0; i < 6; i++) {
				Draft draft = (i % 3 == 0) ? Draft.of(TASK).uniqueKey(key) : ordered(key);
				threads.add(() -> hand(draft));
			}
			List<Handed> handed = together(threads);
			List<Long> stored = handed.stream().filter(Handed::inserted).map(Handed::id).toList();
			assertThat(stored).hasSize(1);
			assertThat(handed).filteredOn((one) -> !one.inserted())
				.extracting(Handed::existing)
				.containsOnly(stored.get(0));
		}
	}

	@Test
	void retryWhenUniqueKeyIsTakenInAnotherShardReturnsFalse() {
		long ordered = insert(ordered("u"));
		end(ordered, MessageState.DEAD);
		long plain = insert(Draft.of(TASK).uniqueKey("u"));
		assertThat(this.store.retry(ordered)).isFalse();
		end(plain, MessageState.DEAD);
		assertThat(this.store.retry(ordered)).isTrue();
		assertThat(hand(Draft.of(TASK).uniqueKey("u")).existing()).isEqualTo(ordered);
		assertThat(this.store.retry(plain)).isFalse();
		assertThat(this.store.retryAll(MessageQuery.all())).isZero();
		end(ordered, MessageState.DEAD);
		assertThat(this.store.retryAll(MessageQuery.all().state(MessageState.DEAD))).isOne();
		assertThat(count(MessageState.READY)).isOne();
	}

	@Test
	void retryWhenRacingWithInsertOfItsUniqueKeyInAnotherShardLeavesOneLive() throws Exception {
		for (int round = 0; round < 10; round++) {
			String key = "u" + round;
			long id = insert(ordered(key));
			end(id, MessageState.DEAD);
			Draft plain = Draft.of(TASK).uniqueKey(key);
			Draft ordered = ordered(key);
			together(() -> this.store.retry(id), () -> hand(plain).inserted(), () -> hand(ordered).inserted());
			assertThat(listAll(MessageQuery.all().state(MessageState.READY)))
				.filteredOn((message) -> key.equals(message.uniqueKey()))
				.hasSize(1);
		}
	}

	@Test
	void insertWhenUniqueKeyIsTakenLeavesIdempotencyKeyFree() {
		Draft draft = farApart();
		long first = insert(draft.idempotencyKey(null));
		assertThat(hand(draft).existing()).isEqualTo(first);
		assertThat(this.store.findByKey(draft.idempotencyKey())).isEmpty();
		insert(draft.uniqueKey(null));
	}

	@Test
	void insertWhenIdempotencyKeyIsTakenLeavesUniqueKeyFree() {
		Draft draft = farApart();
		long first = insert(draft.uniqueKey(null));
		assertThat(hand(draft).existing()).isEqualTo(first);
		insert(draft.idempotencyKey(null));
	}

	@Test
	void insertWhenBothKeysAreTakenReturnsOneOfTheirMessages() {
		Draft draft = farApart();
		long first = insert(draft.uniqueKey(null));
		long second = insert(draft.idempotencyKey(null));
		assertThat(hand(draft).existing()).isIn(first, second);
		assertThat(count(MessageState.READY)).isEqualTo(2);
	}

	@Test
	void insertWhenKeysRepeatWithinBatchTakesTheFirst() {
		Draft draft = farApart();
		List<Insertion> rows = new ArrayList<>();
		for (int i = 0; i < 5; i++) {
			rows.add(draft.payload("p" + i).insertion(this.store.assignId(this.instance, draft.keys()), now()));
		}
		InsertResult result = insertRows(rows).get();
		long first = rows.get(0).id();
		assertThat(result.existing()).containsExactly(0, first, first, first, first);
		assertThat(result.failed()).isEmpty();
		assertThat(find(first).payload()).asString().isEqualTo("p0");
		assertThat(count(MessageState.READY)).isOne();
	}

	@Test
	void insertWhenSomeKeysOfBatchAreTakenStoresTheOthers() {
		Draft taken = Draft.of(TASK).idempotencyKey("k");
		long first = insert(taken);
		int shard = shardOf(first);
		List<Insertion> rows = new ArrayList<>();
		for (int i = 0; rows.size() < 10; i++) {
			long id = this.store.assignId(this.instance, taken.idempotencyKey("k" + i).keys());
			if (shardOf(id) == shard) {
				rows.add(taken.idempotencyKey("k" + i).insertion(id, now()));
			}
		}
		rows.add(4, taken.insertion(this.store.assignId(this.instance, taken.keys()), now()));
		InsertResult result = insertRows(rows).get();
		assertThat(result.existing()).hasSize(11);
		for (int i = 0; i < 11; i++) {
			assertThat(result.existing()[i]).isEqualTo((i == 4) ? first : 0);
			assertThat(this.store.find(rows.get(i).id()).isPresent()).isEqualTo(i != 4);
		}
	}

	@Test
	void insertWhenManyThreadsUseTheSameKeysExactlyOneWins() throws Exception {
		for (int round = 0; round < 10; round++) {
			Draft draft = farApart();
			List<Callable<Handed>> tasks = new ArrayList<>();
			for (int thread = 0; thread < 12; thread++) {
				Draft own = switch (thread % 3) {
					case 0 -> draft;
					case 1 -> draft.idempotencyKey("own-" + round + "-" + thread);
					default -> draft;
				};
				tasks.add(() -> hand(own));
			}
			List<Handed> handed = together(tasks);
			List<Handed> winners = handed.stream().filter(Handed::inserted).toList();
			assertThat(winners).hasSize(1);
			long winner = winners.get(0).id();
			assertThat(handed).filteredOn((one) -> !one.inserted()).extracting(Handed::existing).containsOnly(winner);
		}
		assertThat(count(MessageState.READY)).isEqualTo(10);
	}

	@Test
	void insertWhenKeysCrossNeverBlocksAndKeepsEachKeyOnce() throws Exception {
		// Pairs of keys in both orders of their homes: a store that locked both would
		// stand.
		List<String> keys = List.of("a", "b", "c", "d", "e", "f");
		List<Callable<List<Handed>>> tasks = new ArrayList<>();
		for (int thread = 0; thread < 8; thread++) {
			int offset = thread;
			tasks.add(() -> {
				List<Handed> handed = new ArrayList<>();
				for (int i = 0; i < 60; i++) {
					handed.add(hand(Draft.of(TASK)
						.idempotencyKey(keys.get((i + offset) % 6))
						.uniqueKey(keys.get((i * 5 + offset) % 6))));
				}
				return handed;
			});
		}
		together(tasks);
		List<StoredMessage> stored = listAll(MessageQuery.all());
		assertThat(stored).isNotEmpty();
		assertThat(stored).extracting(StoredMessage::idempotencyKey).doesNotHaveDuplicates();
		assertThat(stored).extracting(StoredMessage::uniqueKey).doesNotHaveDuplicates();
		for (String key : keys) {
			boolean held = stored.stream().anyMatch((message) -> Objects.equals(message.idempotencyKey(), key));
			assertThat(hand(Draft.of("probe").idempotencyKey(key)).inserted()).isEqualTo(!held);
			boolean live = stored.stream().anyMatch((message) -> Objects.equals(message.uniqueKey(), key));
			assertThat(hand(Draft.of(TASK).uniqueKey(key)).inserted()).isEqualTo(!live);
		}
	}

	@Test
	void retryWhenUniqueKeyIsTakenReturnsFalse() {
		for (Draft draft : List.of(Draft.of(TASK).uniqueKey("k"), farApart())) {
			long first = insert(draft);
			end(first, MessageState.DEAD);
			long second = insert(draft.idempotencyKey(null));
			assertThat(this.store.retry(first)).isFalse();
			assertThat(state(first)).isEqualTo(MessageState.DEAD);
			end(second, MessageState.COMPLETED);
			assertThat(this.store.retry(first)).isTrue();
			assertThat(state(first)).isEqualTo(MessageState.READY);
			assertThat(hand(draft.idempotencyKey(null)).existing()).isEqualTo(first);
			end(first, MessageState.COMPLETED);
			assertThat(this.store.delete(insert(draft.idempotencyKey(null)))).isTrue();
		}
	}

	@Test
	void retryAllWhenUniqueKeysCollideRevivesOneOfThem() {
		Draft draft = Draft.of(TASK).uniqueKey("k");
		for (int i = 0; i < 3; i++) {
			end(insert(draft), MessageState.DEAD);
		}
		end(insert(Draft.of(TASK)), MessageState.DEAD);
		assertThat(this.store.retryAll(MessageQuery.all().state(MessageState.DEAD))).isEqualTo(2);
		assertThat(count(MessageState.DEAD)).isEqualTo(2);
		assertThat(count(MessageState.READY)).isEqualTo(2);
	}

	@Test
	void retryWhenRacingWithInsertOfItsUniqueKeyLeavesOneLive() throws Exception {
		for (int round = 0; round < 15; round++) {
			Draft draft = farApart();
			long first = insert(draft);
			end(first, MessageState.DEAD);
			List<Boolean> won = together(() -> this.store.retry(first),
					() -> hand(draft.idempotencyKey(null)).inserted());
			assertThat(won).containsExactlyInAnyOrder(true, false);
			List<StoredMessage> live = this.store
				.list(MessageQuery.all().state(MessageState.READY, MessageState.RUNNING));
			assertThat(live).extracting(StoredMessage::uniqueKey).containsExactly(draft.uniqueKey());
			this.store.purge(MessageQuery.all());
		}
	}

}
