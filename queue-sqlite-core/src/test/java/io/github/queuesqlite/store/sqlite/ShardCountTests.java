package io.github.queuesqlite.store.sqlite;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import io.github.queuesqlite.message.LogEntry;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.Progress;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.store.AttributesCodec;
import io.github.queuesqlite.store.Firing;
import io.github.queuesqlite.store.FutureCompletion;
import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.Keys;
import io.github.queuesqlite.store.Pauses;
import io.github.queuesqlite.store.Peer;
import io.github.queuesqlite.store.PermitState;
import io.github.queuesqlite.store.PermitWish;
import io.github.queuesqlite.store.RunReport;
import io.github.queuesqlite.store.SettleResult;
import io.github.queuesqlite.store.StoreInstance;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.store.StoredSchedule;
import io.github.queuesqlite.store.StoredStep;
import io.github.queuesqlite.store.TokenState;
import io.github.queuesqlite.store.TokenWish;
import io.github.queuesqlite.task.RateLimit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A changed number of shards: nothing lost, nothing stranded, keys still unique. */
class ShardCountTests {

	@TempDir
	Path directory;

	@ParameterizedTest
	@CsvSource({ "2, 5", "5, 2", "3, 1", "1, 3" })
	void openWhenShardCountChangedKeepsEverything(int before, int after) {
		List<Long> ids = new ArrayList<>();
		Map<String, Long> idempotent = new TreeMap<>();
		Map<String, Long> unique = new TreeMap<>();
		StoredMessage ended;
		try (TestStore queue = TestStore.open(this.directory, before)) {
			for (int i = 0; i < 30; i++) {
				ids.add(queue.insert(100));
				idempotent.put("i" + i, queue.insert(new Keys("a", "i" + i, null), 10)[0]);
				unique.put("u" + i, queue.insert(new Keys("a", null, "u" + i), 10)[0]);
				long both = queue.insert(new Keys("a", "bi" + i, "bu" + i), 10)[0];
				idempotent.put("bi" + i, both);
				unique.put("bu" + i, both);
			}
			ended = queue.claim(1).get(0);
			assertThat(queue.complete(ended)).isEqualTo(SettleResult.APPLIED);
			queue.store.pause("paused");
			queue.store.pause("resumes", Long.MAX_VALUE - 1);
			queue.store.pauseTask("resumes", Long.MAX_VALUE - 2);
			queue.store.pauseKey("key", Long.MAX_VALUE - 3);
			queue.store.pauseAll(Long.MAX_VALUE - 4);
			ids.addAll(idempotent.values());
			ids.addAll(unique.values());
		}
		try (TestStore queue = TestStore.open(this.directory, after)) {
			assertKept(queue, ids, idempotent, unique);
			assertThat(queue.store.pauses()).isEqualTo(new Pauses(Long.MAX_VALUE - 4,
					Map.of("paused", Pauses.UNTIL_RESUMED, "resumes", Long.MAX_VALUE - 1),
					Map.of("resumes", Long.MAX_VALUE - 2), Map.of("key", Long.MAX_VALUE - 3)));
			queue.store.resumeAll();
			assertThat(queue.store.find(ended.id())).get()
				.extracting(StoredMessage::state)
				.isEqualTo(MessageState.COMPLETED);
			assertThat(queue.store.cancel(unique.get("bu0")).name()).isEqualTo("CANCELLED");
			assertThat(queue.insert(new Keys("a", null, "bu0"), 10)[1]).isZero();
			unique.remove("bu0");
		}
		try (TestStore queue = TestStore.open(this.directory, before)) {
			assertKept(queue, ids, idempotent, unique);
			List<Long> claimed = new ArrayList<>();
			queue.claim(1000).forEach((message) -> claimed.add(message.id()));
			assertThat(claimed).hasSize(29);
			queue.store.claim(queue.instance, "default", Set.of("a"), 1000)
				.forEach((message) -> assertThat(queue.complete(message)).isEqualTo(SettleResult.APPLIED));
			assertThat(queue.store.counts().stream().filter((count) -> count.state() == MessageState.READY)).isEmpty();
		}
	}

	@Test
	void openWhenShardCountChangedKeepsFailuresOfMovedMessages() {
		Map<String, Long> ids = new TreeMap<>();
		try (TestStore queue = TestStore.open(this.directory, 1)) {
			for (int i = 0; i < 20; i++) {
				ids.put("i" + i, queue.insert(new Keys(TestStore.TASK, "i" + i, null), 10)[0]);
			}
			for (StoredMessage message : queue.claim(100)) {
				assertThat(queue.fail(message)).isEqualTo(SettleResult.APPLIED);
			}
		}
		try (TestStore queue = TestStore.open(this.directory, 5)) {
			assertThat(queue.all()).extracting(StoredMessage::shard).contains(0, 1, 2, 3, 4);
			ids.values().forEach((id) -> assertThat(queue.store.failures(id)).hasSize(1));
		}
	}

	@Test
	void openWhenShardCountChangedKeepsSuspects() throws SQLException {
		try (TestStore queue = TestStore.open(this.directory, 2)) {
			for (int i = 0; i < 20; i++) {
				queue.insert(new Keys("a", null, "u" + i), 10);
			}
			StoreInstance other = queue.store.register("other");
			queue.store.claim(other, "default", Set.of("a"), 20).forEach((message) -> other.started(message.runKey()));
			Peer dead = queue.store.peers()
				.stream()
				.filter((peer) -> peer.epoch() == other.epoch())
				.findFirst()
				.orElseThrow();
			assertThat(queue.store.rescue(dead, (task) -> 4)).hasValue(20);
		}
		try (TestStore queue = TestStore.open(this.directory, 3)) {
			assertThat(queue.store.counts()).allMatch((count) -> count.state() == MessageState.READY)
				.extracting(QueueStats.Count::messages)
				.satisfies((counts) -> assertThat(counts.stream().mapToLong(Long::longValue).sum()).isEqualTo(20));
		}
		int suspects = countSuspects();
		try (TestStore queue = TestStore.open(this.directory, null)) {
			queue.store.claim(queue.instance, "default", Set.of("a"), 20)
				.forEach((message) -> assertThat(queue.complete(message)).isEqualTo(SettleResult.APPLIED));
			assertThat(queue.store.counts()).allMatch((count) -> count.state() == MessageState.COMPLETED);
		}
		assertThat(suspects).isEqualTo(20);
	}

	@ParameterizedTest
	@CsvSource({ "1, 4", "4, 1", "2, 5" })
	void openWhenShardCountChangedKeepsLines(int before, int after) {
		Map<String, List<Long>> lines = new TreeMap<>();
		try (TestStore queue = TestStore.open(this.directory, before)) {
			for (int i = 0; i < 60; i++) {
				String key = "o" + i % 12;
				Keys keys = new Keys(TestStore.TASK, null, (i % 5 == 0) ? "u" + i : null, key);
				lines.computeIfAbsent(key, (name) -> new ArrayList<>()).add(queue.insert(keys, 10)[0]);
			}
			// The first of some have run, those of others run while the process ends.
			queue.claim(6).forEach(queue::complete);
			queue.claim(6);
		}
		Map<String, List<Long>> ran = new TreeMap<>();
		try (TestStore queue = TestStore.open(this.directory, after)) {
			assertThat(queue.insert(new Keys(TestStore.TASK, null, "u55"), 10)[1]).isEqualTo(lines.get("o7").get(4));
			lines.computeIfAbsent("o0", (name) -> new ArrayList<>())
				.add(queue.insert(new Keys(TestStore.TASK, null, null, "o0"), 10)[0]);
			for (List<StoredMessage> next = queue.claim(1000); !next.isEmpty(); next = queue.claim(1000)) {
				assertThat(next).extracting(StoredMessage::orderingKey).doesNotHaveDuplicates();
				for (StoredMessage message : next) {
					ran.computeIfAbsent(message.orderingKey(), (key) -> new ArrayList<>()).add(message.id());
					assertThat(queue.complete(message)).isEqualTo(SettleResult.APPLIED);
				}
			}
			assertThat(queue.insert(new Keys(TestStore.TASK, null, "u55"), 10)[1]).isZero();
		}
		int[] left = { 0 };
		lines.forEach((key, ids) -> {
			List<Long> rest = ran.getOrDefault(key, List.of());
			assertThat(ids).endsWith(rest.toArray(Long[]::new));
			left[0] += rest.size();
		});
		assertThat(left[0]).isEqualTo(61 - 6);
	}

	@ParameterizedTest
	@CsvSource({ "1, 4", "4, 1", "2, 5" })
	void openWhenShardCountChangedKeepsWhatHandlersDidAndSaid(int before, int after) {
		List<Long> ids = new ArrayList<>();
		try (TestStore queue = TestStore.open(this.directory, before)) {
			for (int i = 0; i < 20; i++) {
				ids.add(queue.insert(new Keys(TestStore.TASK, null, null, "o" + i), 10)[0]);
			}
			for (StoredMessage run : queue.claim(20)) {
				StoredStep step = new StoredStep(0, "a", "bytes", new byte[] { 1 }, false);
				assertThat(queue.store.addStep(run.runKey(), step)).isTrue();
				FutureCompletion<Boolean> reported = new FutureCompletion<>();
				queue.store.report(run.runKey(),
						new RunReport(new Progress(0.5, null, Instant.EPOCH),
								List.of(new LogEntry(1, Instant.EPOCH, "one"), new LogEntry(1, Instant.EPOCH, "two"))),
						reported);
				assertThat(TestStore.get(reported.future())).isTrue();
			}
		}
		try (TestStore queue = TestStore.open(this.directory, after)) {
			for (long id : ids) {
				assertThat(queue.store.steps(id)).singleElement().matches((step) -> !step.damaged());
				assertThat(queue.store.log(id)).extracting(LogEntry::text).containsExactly("one", "two");
				assertThat(queue.store.progress(List.of(queue.store.find(id).orElseThrow()))).hasSize(1);
			}
		}
	}

	@ParameterizedTest
	@CsvSource({ "1, 4", "4, 1", "2, 5" })
	void openWhenShardCountChangedKeepsCrowdsAndTheirLimits(int before, int after) {
		try (TestStore queue = TestStore.open(this.directory, before)) {
			queue.store.declareKeyLimits(Map.of(TestStore.TASK, 2));
			queue.store.weigh("c1", 2);
			for (int i = 0; i < 60; i++) {
				queue.insertKeyed("c" + i % 12, 10);
			}
			queue.claim(6).forEach(queue::complete);
			queue.claim(6);
		}
		Map<String, Integer> ran = new TreeMap<>();
		try (TestStore queue = TestStore.open(this.directory, after)) {
			for (int i = 0; i < 12; i++) {
				queue.insertKeyed("c" + i, 10);
			}
			for (List<StoredMessage> next = queue.claim(1000); !next.isEmpty(); next = queue.claim(1000)) {
				Map<String, Integer> together = new TreeMap<>();
				for (StoredMessage message : next) {
					String key = AttributesCodec.decode(message.attributes()).concurrencyKey();
					together.merge(key, 1, Integer::sum);
					ran.merge(key, 1, Integer::sum);
				}
				assertThat(together.values()).allMatch((n) -> n <= 2);
				next.forEach((message) -> assertThat(queue.complete(message)).isEqualTo(SettleResult.APPLIED));
			}
		}
		assertThat(ran).hasSize(12);
		assertThat(ran.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(54 + 12);
	}

	@ParameterizedTest
	@CsvSource({ "1, 4", "4, 1", "2, 5" })
	void openWhenShardCountChangedKeepsLimitsAndNoPermits(int before, int after) {
		try (TestStore queue = TestStore.open(this.directory, before)) {
			for (int i = 0; i < 10; i++) {
				assertThat(permits(queue, new PermitWish("task:" + i, i + 1, 0, true)).held()).isEqualTo(i + 1);
			}
		}
		try (TestStore queue = TestStore.open(this.directory, after)) {
			for (int i = 0; i < 10; i++) {
				assertThat(permits(queue, new PermitWish("task:" + i, null, 0, true)))
					.isEqualTo(new PermitState(i + 1, i + 1, 0, false, false, 1));
			}
		}
	}

	@ParameterizedTest
	@CsvSource({ "1, 4", "4, 1", "2, 5" })
	void openWhenShardCountChangedKeepsRatesAndTheirTokens(int before, int after) throws SQLException {
		try (TestStore queue = TestStore.open(this.directory, before)) {
			for (int i = 0; i < 10; i++) {
				assertThat(tokens(queue, i, RateLimit.of("1/1h")).granted()).isOne();
			}
			queue.store.changeLimit("rate:task:3", 2);
		}
		try (TestStore queue = TestStore.open(this.directory, after)) {
			for (int i = 0; i < 10; i++) {
				assertThat(tokens(queue, i, null).granted()).isZero();
				assertThat(tokens(queue, i, null).untilNext()).isBetween((i == 3) ? 1_700_000L : 3_500_000L,
						(i == 3) ? 1_800_000L : 3_600_000L);
			}
		}
		for (int shard = 0; shard < after; shard++) {
			// Of a process whose death nobody has noticed so far.
			TestStore.sql(this.directory.resolve("queue_shard_" + shard + ".db"),
					"INSERT INTO token SELECT name, 999, 1, 0 FROM rate");
		}
		try (TestStore queue = TestStore.open(this.directory, before)) {
			for (int i = 0; i < 10; i++) {
				assertThat(tokens(queue, i, null)).isEqualTo(new TokenState(0, 0, TokenState.UNKNOWN));
			}
		}
	}

	@ParameterizedTest
	@CsvSource({ "1, 4", "4, 1", "2, 5" })
	void openWhenShardCountChangedKeepsSchedulesAndTheirLines(int before, int after) {
		try (TestStore queue = TestStore.open(this.directory, before)) {
			for (int i = 0; i < 10; i++) {
				assertThat(queue.store.putSchedule(schedule("s" + i))).isTrue();
				assertThat(fire(queue, "s" + i).stored()).hasSize(1);
			}
		}
		for (int shards : new int[] { after, before }) {
			try (TestStore queue = TestStore.open(this.directory, shards)) {
				assertThat(queue.store.schedules()).hasSize(10).allSatisfy((schedule) -> {
					assertThat(schedule.fired()).isOne();
					assertThat(schedule.latestId()).isNotNull();
					assertThat(schedule.nextAt()).isEqualTo(7000);
					assertThat(schedule.payload()).containsExactly(1, 2);
				});
				assertThat(queue.store.nextFiringAt()).isEqualTo(7000);
				for (int i = 0; i < 10; i++) {
					// The message of the slot before is where the schedule is.
					assertThat(fire(queue, "s" + i).skipped()).isOne();
				}
			}
		}
	}

	private static StoredSchedule schedule(String name) {
		return new StoredSchedule(name, 0, false, false, "{}", "bytes", new byte[] { 1, 2 }, 0, 5000L, null, null, 0, 0,
				0, Set.of());
	}

	private static Firing.Outcome fire(TestStore queue, String name) {
		StoredSchedule schedule = queue.store.schedule(name).orElseThrow();
		Keys keys = new Keys(TestStore.TASK, null, null, StoredSchedule.line(name));
		Insertion message = new Insertion(queue.store.assignId(queue.instance, keys), keys, "default", TestStore.TASK,
				1, 6000, 5000, null, null, null, null, null, false);
		return queue.store
			.fire(new Firing(name, schedule.revision(), List.of(new Firing.Slot(5000, message, false)), 7000L, 0, null,
					true))
			.orElseThrow();
	}

	@ParameterizedTest
	@CsvSource({ "1, 4", "4, 1", "2, 5" })
	void openWhenShardCountChangedKeepsRatesOfKeysAndWhatTheyHaveUsed(int before, int after) {
		try (TestStore queue = TestStore.open(this.directory, before)) {
			queue.store.declareKeyRates(Map.of(TestStore.TASK, RateLimit.of("1/1h")));
			queue.store.changeLimit("rate:keys:" + TestStore.TASK, 2);
			for (int i = 0; i < 24; i++) {
				queue.insertKeyed("c" + i % 12, 10);
			}
			List<StoredMessage> claimed = queue.claim(100);
			assertThat(claimed).hasSize(12);
			claimed.forEach(queue::complete);
		}
		try (TestStore queue = TestStore.open(this.directory, after)) {
			assertThat(queue.store.limits()).singleElement().satisfies((limit) -> {
				assertThat(limit.most()).isEqualTo(2);
				assertThat(limit.declared()).isOne();
			});
			queue.store.promoteDue();
			assertThat(queue.claim(100)).isEmpty();
			assertThat(queue.store.nextDueAt() - System.currentTimeMillis()).isBetween(1_500_000L, 1_800_000L);
			queue.insertKeyed("new", 10);
			assertThat(queue.claim(100)).hasSize(1);
			queue.store.declareKeyRates(Map.of(TestStore.TASK, RateLimit.of("1000000/1s")));
			List<StoredMessage> claimed = new ArrayList<>();
			// Within the same millisecond nothing has come in.
			await().until(() -> {
				queue.store.promoteDue();
				claimed.addAll(queue.claim(100));
				return claimed.size() == 12;
			});
		}
	}

	private static TokenState tokens(TestStore queue, int task, @Nullable RateLimit declared) {
		String name = "rate:task:" + task;
		return queue.store.tokens(queue.instance, List.of(new TokenWish(name, declared, 0, 0, true))).get(name);
	}

	private static PermitState permits(TestStore queue, PermitWish wish) {
		return queue.store.permits(queue.instance, List.of(wish)).get(wish.limit());
	}

	private int countSuspects() throws SQLException {
		int suspects = 0;
		for (int shard = 0; shard < 3; shard++) {
			suspects += Integer.parseInt(TestStore.sql(this.directory.resolve("queue_shard_" + shard + ".db"),
					"SELECT count(*) FROM message WHERE state = 22 AND deaths = 1"));
		}
		return suspects;
	}

	private void assertKept(TestStore queue, List<Long> ids, Map<String, Long> idempotent, Map<String, Long> unique) {
		for (long id : ids) {
			assertThat(queue.store.find(id)).as("message %s", id).isPresent();
		}
		assertThat(queue.store.findAll(ids)).hasSize((int) ids.stream().distinct().count());
		assertThat(queue.all()).extracting(StoredMessage::id).doesNotHaveDuplicates().containsAll(ids);
		idempotent.forEach((key, id) -> {
			assertThat(queue.store.findByKey(key)).get().extracting(StoredMessage::id).isEqualTo(id);
			assertThat(queue.insert(new Keys("b", key, null), 10)[1]).as(key).isEqualTo(id);
			assertThat(queue.insert(new Keys("b", key, "other-" + key), 10)[1]).as(key).isEqualTo(id);
		});
		unique.forEach((key, id) -> {
			assertThat(queue.insert(new Keys("a", null, key), 10)[1]).as(key).isEqualTo(id);
			assertThat(queue.insert(new Keys("a", "other-" + key, key), 10)[1]).as(key).isEqualTo(id);
		});
		Map<MessageState, Long> rows = new TreeMap<>();
		queue.all().forEach((message) -> rows.merge(message.state(), 1L, Long::sum));
		Map<MessageState, Long> counted = new TreeMap<>();
		queue.store.counts().forEach((count) -> counted.merge(count.state(), count.messages(), Long::sum));
		assertThat(counted).isEqualTo(rows);
	}

	@Test
	void openWhenFewerShardsDrainsThoseThatLeaveAndRemovesThemOnceEmpty() {
		List<Long> ids = new ArrayList<>();
		try (TestStore queue = TestStore.open(this.directory, 3)) {
			for (int i = 0; i < 60; i++) {
				ids.add(queue.insert(10));
			}
		}
		try (TestStore queue = TestStore.open(this.directory, 1)) {
			for (int i = 0; i < 20; i++) {
				long id = queue.insert(10);
				assertThat(queue.store.find(id)).get().extracting(StoredMessage::shard).isEqualTo(0);
				ids.add(id);
			}
			assertThat(queue.store.shardStats()).extracting(QueueStats.ShardStats::accepting)
				.containsExactly(true, false, false);
			assertThat(queue.store.shardStats().get(2).reason()).contains("being emptied");
			List<StoredMessage> claimed = queue.claim(1000);
			assertThat(claimed).extracting(StoredMessage::id).containsExactlyInAnyOrderElementsOf(ids);
			claimed.forEach((message) -> assertThat(queue.complete(message)).isEqualTo(SettleResult.APPLIED));
			ids.forEach((id) -> assertThat(queue.store.delete(id)).isTrue());
		}
		// The shards that left are empty: the next change of the layout takes them away.
		TestStore.open(this.directory, 2).close();
		TestStore.open(this.directory, 1).close();
		try (TestStore queue = TestStore.open(this.directory, null)) {
			assertThat(queue.store.shardStats()).extracting(QueueStats.ShardStats::shard).containsExactly(0);
		}
		assertThat(Files.exists(this.directory.resolve("queue_shard_2.db"))).isFalse();
	}

	@Test
	void openWhenAnotherStoreIsOpenKeepsTheStoredLayout() {
		try (TestStore first = TestStore.open(this.directory, 2);
				TestStore second = TestStore.open(this.directory, 4)) {
			long id = first.insert(10);
			assertThat(second.store.shardStats()).hasSize(2);
			assertThat(second.store.find(id)).isPresent();
		}
	}

}
