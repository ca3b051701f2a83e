package io.github.queuesqlite.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;

import io.github.queuesqlite.store.MessageStoreContract.Settings;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Ids: unique, rising, and naming their shard. */
abstract class IdContract extends StoreSubject {

	private static final Keys NO_KEYS = new Keys(TASK, null, null);

	IdContract(Function<Settings, MessageStore> opener) {
		super(opener);
	}

	@Test
	void assignIdsReturnsRisingIdsOfOneShard() {
		long[] ids = this.store.assignIds(this.instance, 100);
		assertThat(ids).hasSize(100).isSorted().doesNotHaveDuplicates();
		for (long id : ids) {
			assertThat(shardOf(id)).isEqualTo(shardOf(ids[0]));
		}
		assertThat(ids[0]).isPositive();
	}

	@Test
	void assignIdsWhenClockStandsStillDoesNotRunOut() {
		Set<Long> seen = new HashSet<>();
		for (int i = 0; i < 20; i++) {
			for (long id : this.store.assignIds(this.instance, 1000)) {
				seen.add(id);
			}
		}
		assertThat(seen).hasSize(20_000);
	}

	@Test
	void assignIdWhenSameKeyNamesSameShard() {
		for (int i = 0; i < 20; i++) {
			Keys keys = new Keys(TASK, "order-" + i, null);
			long first = this.store.assignId(this.instance, keys);
			long second = this.store.assignId(this.instance, keys);
			assertThat(shardOf(second)).isEqualTo(shardOf(first));
			assertThat(second).isGreaterThan(first);
		}
	}

	@Test
	void assignIdWhenKeysDifferUsesAllShards() {
		Set<Integer> shards = new HashSet<>();
		for (int i = 0; i < 300; i++) {
			shards.add(shardOf(this.store.assignId(this.instance, new Keys(TASK, "key-" + i, null))));
		}
		assertThat(shards).hasSize(shards());
	}

	@Test
	void assignIdWhenWithoutKeysUsesAllShards() {
		Set<Integer> used = new HashSet<>();
		for (int i = 0; i < 200; i++) {
			used.add(shardOf(this.store.assignId(this.instance, NO_KEYS)));
		}
		assertThat(used).hasSize(shards());
	}

	@Test
	void assignIdWhenManyThreadsAndInstancesGivesNoIdTwice() throws Exception {
		StoreInstance other = this.store.register("other");
		List<Callable<List<Long>>> tasks = new ArrayList<>();
		for (int thread = 0; thread < 8; thread++) {
			StoreInstance owner = (thread % 2 == 0) ? this.instance : other;
			tasks.add(() -> {
				List<Long> ids = new ArrayList<>();
				for (int i = 0; i < 500; i++) {
					ids.add(this.store.assignId(owner, NO_KEYS));
					for (long id : this.store.assignIds(owner, 3)) {
						ids.add(id);
					}
				}
				return ids;
			});
		}
		List<Long> all = together(tasks).stream().flatMap(List::stream).toList();
		assertThat(all).hasSize(8 * 500 * 4).doesNotHaveDuplicates();
	}

	@Test
	void assignIdWhenClockStepsBackStillRises() {
		List<Long> before = insertAll(Draft.of(TASK).times(10));
		pass(-3_600_000);
		long highest = before.get(9);
		for (int i = 0; i < 50; i++) {
			long[] ids = this.store.assignIds(this.instance, 2);
			if (shardOf(ids[0]) == shardOf(highest)) {
				assertThat(ids[0]).isGreaterThan(highest);
			}
		}
	}

	@Test
	void assignIdWhenReopenedAfterClockStepBackAndDeletionNeverRepeats() {
		Set<Long> used = new HashSet<>();
		for (int i = 0; i < 50; i++) {
			used.add(insert(Draft.of(TASK)));
		}
		this.store.beat(this.instance);
		used.forEach((id) -> assertThat(this.store.delete(id)).isTrue());
		pass(-3_600_000);
		reopen();
		for (int i = 0; i < 50; i++) {
			long id = insert(Draft.of(TASK));
			assertThat(used).doesNotContain(id);
			long highest = used.stream().filter((old) -> shardOf(old) == shardOf(id)).max(Long::compare).orElse(0L);
			assertThat(id).isGreaterThan(highest);
		}
	}

	@Test
	void assignIdWhenClockIsBeyondTheTimeOfIdsStillRises() {
		Map<Integer, Long> greatest = new HashMap<>();
		for (long years : List.of(0, 80, 20, 200, -250, -100)) {
			pass(Duration.ofDays(365 * years).toMillis());
			for (int i = 0; i < 10; i++) {
				assertThat(insert(Draft.of(TASK))).satisfies((id) -> {
					Long before = greatest.put(shardOf(id), id);
					assertThat(id).isGreaterThan((before != null) ? before : 0);
				});
			}
			reopen();
		}
	}

	@Test
	void shardOfStoredMessageIsTheOneItsIdNames() {
		for (int i = 0; i < 10; i++) {
			StoredMessage message = find(insert(Draft.of(TASK).idempotencyKey("k" + i)));
			assertThat(message.shard()).isEqualTo(shardOf(message.id()));
		}
	}

}
