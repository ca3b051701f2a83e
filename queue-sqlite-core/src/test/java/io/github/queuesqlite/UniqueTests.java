package io.github.queuesqlite;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.message.DuplicateMessageException;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.OnDuplicate;
import io.github.queuesqlite.message.PayloadException;
import io.github.queuesqlite.store.Retention;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.UniqueKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

/** What may be done about a taken unique key, how long it is taken, and who makes it. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UniqueTests extends ProcessTester {

	private NewMessage unique() {
		return message().uniqueKey("u");
	}

	@ParameterizedTest
	@EnumSource(names = { "REPLACE", "KEEP_EARLIEST", "DEBOUNCE" })
	void modeThatChangesTheHolderWithoutAUniqueKeyIsRefused(OnDuplicate mode) {
		open();
		NewMessage message = message().idempotencyKey("i").onDuplicate(mode);
		assertThatIllegalArgumentException().isThrownBy(() -> this.operations.enqueue(message))
			.withMessage("'onDuplicate' " + mode + " needs a 'uniqueKey', of the message or of its task 'mail.send'");
		assertThatIllegalArgumentException().isThrownBy(() -> this.operations.enqueueAll(List.of(message(), message)));
		assertThat(all()).isEmpty();
	}

	@Test
	void windowWhenItIsWrongIsRefused() {
		open();
		assertThatNullPointerException().isThrownBy(() -> message().uniqueFor(null)).withMessageContaining("uniqueFor");
		assertThatIllegalArgumentException().isThrownBy(() -> message().uniqueFor(Duration.ZERO))
			.withMessage("'uniqueFor' must be from PT0.001S to 36525 days, was PT0S");
		assertThatIllegalArgumentException().isThrownBy(() -> message().uniqueAfterEnd(Duration.ofDays(36_526)))
			.withMessageContaining("'uniqueAfterEnd' must be from PT0.001S to 36525 days");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.operations.enqueue(message().uniqueFor(Duration.ofDays(1))))
			.withMessage("'uniqueFor' needs a 'uniqueKey', of the message or of its task 'mail.send'");
		assertThatIllegalArgumentException()
			.isThrownBy(
					() -> this.operations.enqueue(unique().uniqueAfterEnd(Duration.ofDays(1)).orderingKey("ordered")))
			.withMessageContaining("'uniqueAfterEnd' cannot be had with an 'orderingKey'");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.operations.enqueue(unique().uniqueFor(Duration.ofDays(1)).concurrencyKey("tenant")))
			.withMessageContaining("'uniqueFor' cannot be had with an 'orderingKey' or a 'concurrencyKey'");
		assertThat(all()).isEmpty();
	}

	@Test
	void replaceGivesTheWaitingMessageTheNewPayload() {
		openWithClock();
		MessageId id = this.operations.enqueue(unique().payload("a").delay(Duration.ofMinutes(1)));
		NewMessage replacing = unique().payload("b").onDuplicate(OnDuplicate.REPLACE);
		assertThat(this.operations.enqueue(replacing)).isEqualTo(id);
		assertThat(find(id).payload(String.class)).isEqualTo("b");
		assertThat(find(id).runAt()).isEqualTo(now().plusSeconds(60));
		assertThat(this.operations.enqueueAll(List.of(replacing.payload("c"), replacing.payload("d"))))
			.containsExactly(id, id);
		assertThat(find(id).payload(String.class)).isEqualTo("d");
		assertThat(all()).hasSize(1);
		this.operations.cancel(id);
		assertThat(this.operations.enqueue(replacing)).isNotEqualTo(id);
	}

	@Test
	void keepEarliestMovesTheDueTimeAheadAndNeverBack() {
		openWithClock();
		MessageId id = this.operations.enqueue(unique().payload("a").delay(Duration.ofMinutes(5)));
		NewMessage early = unique().payload("b").onDuplicate(OnDuplicate.KEEP_EARLIEST);
		assertThat(this.operations.enqueue(early.delay(Duration.ofMinutes(1)))).isEqualTo(id);
		assertThat(find(id).runAt()).isEqualTo(now().plusSeconds(60));
		this.operations.enqueue(early.delay(Duration.ofMinutes(9)));
		assertThat(find(id).runAt()).isEqualTo(now().plusSeconds(60));
		assertThat(find(id).payload(String.class)).isEqualTo("a");
		this.operations.enqueue(early);
		assertThat(state(id)).isEqualTo(MessageState.READY);
	}

	@Test
	void debounceRunsOnceWithTheLatestPayloadWhenNothingMoreComes() {
		open();
		List<Integer> ran = new CopyOnWriteArrayList<>();
		this.queue.tasks().register(TASK, Integer.class, (payload, context) -> ran.add(payload));
		NewMessage message = unique().delay(Duration.ofMillis(300)).onDuplicate(OnDuplicate.DEBOUNCE);
		for (int i = 0; i < 50; i++) {
			this.operations.enqueue(message.payload(i));
		}
		this.queue.start();
		await().atMost(LONG).until(() -> !ran.isEmpty());
		assertThat(ran).containsExactly(49);
		assertThat(all()).hasSize(1);
	}

	@Test
	void holderWhenItRunsIsNotChangedAndTheSenderIsTold() throws Exception {
		open();
		CountDownLatch started = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		this.queue.tasks().register(TASK, String.class, (payload, context) -> {
			started.countDown();
			awaitLatch(release);
			return payload;
		});
		this.queue.start();
		CompletableFuture<String> result = this.operations.submit(unique().payload("a"), String.class);
		awaitLatch(started);
		MessageId id = all().get(0).id();
		for (OnDuplicate mode : List.of(OnDuplicate.REPLACE, OnDuplicate.DEBOUNCE)) {
			assertThatExceptionOfType(DuplicateMessageException.class)
				.isThrownBy(() -> this.operations.enqueue(unique().payload("b").onDuplicate(mode)))
				.satisfies((ex) -> assertThat(ex.existingId()).isEqualTo(id))
				.withMessageContaining("and runs: it is not changed any more (" + mode + ")");
		}
		assertThat(this.operations.enqueue(unique().onDuplicate(OnDuplicate.KEEP_EARLIEST))).isEqualTo(id);
		release.countDown();
		assertThat(result).succeedsWithin(LONG).isEqualTo("a");
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 5 })
	void holderInAnotherShardIsChangedToo(int shards) {
		open((builder) -> builder.shards(shards));
		for (int i = 0; i < 20; i++) {
			NewMessage ordered = message().uniqueKey("u" + i).orderingKey("o" + i).payload("a");
			NewMessage plain = message().uniqueKey("u" + i).payload("b").onDuplicate(OnDuplicate.REPLACE);
			MessageId id = this.operations.enqueue((i % 2 == 0) ? ordered : plain);
			NewMessage second = ((i % 2 == 0) ? plain : ordered).payload("c").onDuplicate(OnDuplicate.REPLACE);
			assertThat(this.operations.enqueue(second)).isEqualTo(id);
			assertThat(find(id).payload(String.class)).isEqualTo("c");
		}
		assertThat(all()).hasSize(20);
	}

	@Test
	void replaceWhenSentByManyThreadsLeavesOneMessageWithOneOfTheirPayloads() {
		open();
		List<CompletableFuture<MessageId>> futures = new CopyOnWriteArrayList<>();
		for (int i = 0; i < 200; i++) {
			futures.add(this.operations.enqueueAsync(unique().payload(i).onDuplicate(OnDuplicate.REPLACE)));
		}
		assertThat(futures).extracting(CompletableFuture::join).containsOnly(futures.get(0).join());
		assertThat(all()).singleElement()
			.satisfies((message) -> assertThat(message.payload(Integer.class)).isEqualTo(199));
	}

	@Test
	void uniqueForHoldsTheKeyBeyondTheEndOfTheMessage() {
		openWithClock();
		NewMessage message = unique().uniqueFor(Duration.ofMinutes(10));
		MessageId id = this.operations.enqueue(message);
		this.operations.cancel(id);
		this.clock.move(Duration.ofMinutes(9));
		assertThat(this.operations.enqueue(unique())).isEqualTo(id);
		assertThatExceptionOfType(DuplicateMessageException.class)
			.isThrownBy(() -> this.operations.enqueue(unique().onDuplicate(OnDuplicate.THROW)))
			.satisfies((ex) -> assertThat(ex.existingId()).isEqualTo(id));
		assertThatExceptionOfType(DuplicateMessageException.class)
			.isThrownBy(() -> this.operations.enqueue(unique().onDuplicate(OnDuplicate.DEBOUNCE)))
			.withMessageContaining("is taken for some time beyond the end of message " + id);
		assertThat(this.operations.enqueue(message().uniqueKey("other"))).isNotEqualTo(id);
		this.clock.move(Duration.ofMinutes(1));
		MessageId next = this.operations.enqueue(message);
		assertThat(next).isNotEqualTo(id);
		this.clock.move(Duration.ofMinutes(11));
		// Its message lives: the key is taken, window or not.
		assertThat(this.operations.enqueue(unique())).isEqualTo(next);
	}

	@Test
	void uniqueAfterEndCountsFromTheEndHoweverItEndsAndWhetherItIsKept() {
		open((builder) -> builder.clock(this.clock)
			.retention(new Retention(Duration.ZERO, Duration.ofDays(1), Duration.ofDays(1), Duration.ofDays(1), 1000)));
		this.queue.tasks().register(TASK, String.class, (payload, context) -> null);
		NewMessage message = unique().uniqueAfterEnd(Duration.ofMinutes(10));
		MessageId id = this.operations.enqueue(message);
		this.clock.move(Duration.ofMinutes(30));
		assertThat(this.operations.enqueue(unique())).isEqualTo(id);
		this.queue.start();
		await().atMost(LONG).until(() -> this.operations.find(id).isEmpty());
		this.clock.move(Duration.ofMinutes(9));
		assertThat(this.operations.enqueue(unique())).isEqualTo(id);
		// One whose order counts may live in another shard, and is held back as well.
		for (int i = 0; i < 10; i++) {
			assertThat(this.operations.enqueue(unique().orderingKey("o" + i))).isEqualTo(id);
			assertThat(this.operations.enqueue(unique().orderingKey("o" + i).idempotencyKey("i" + i))).isEqualTo(id);
			assertThat(this.operations.enqueue(unique().idempotencyKey("i" + i))).isEqualTo(id);
		}
		this.clock.move(Duration.ofMinutes(2));
		assertThat(this.operations.enqueue(unique().orderingKey("o"))).isNotEqualTo(id);
	}

	@Test
	void windowWhenTheMessageIsDeletedByHandIsOver() {
		openWithClock();
		MessageId id = this.operations.enqueue(unique().uniqueFor(Duration.ofMinutes(10)));
		assertThat(this.operations.delete(id)).isTrue();
		assertThat(this.operations.enqueue(unique())).isNotEqualTo(id);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 4 })
	void windowWhenTheNumberOfShardsChangesGoesOn(int shards) {
		open((builder) -> builder.shards(2).clock(this.clock));
		Map<String, MessageId> ids = new LinkedHashMap<>();
		for (int i = 0; i < 30; i++) {
			String key = "u" + i;
			MessageId id = this.operations.enqueue(message().uniqueKey(key).uniqueFor(Duration.ofMinutes(10)));
			this.operations.cancel(id);
			ids.put(key, id);
		}
		this.queue.close();
		open((builder) -> builder.shards(shards).clock(this.clock));
		ids.forEach((key, id) -> assertThat(this.operations.enqueue(message().uniqueKey(key))).isEqualTo(id));
		this.clock.move(Duration.ofMinutes(11));
		ids.forEach((key, id) -> assertThat(this.operations.enqueue(message().uniqueKey(key))).isNotEqualTo(id));
	}

	@Test
	void windowHoldsForOtherProcessesAndOverAKill() throws Exception {
		open((builder) -> builder.shards(2));
		MessageId id = this.operations.enqueue(unique().payload("a").uniqueAfterEnd(Duration.ofHours(1)));
		Process child = startWorker(TASK);
		awaitRuns("end", 1);
		await().atMost(LONG).until(() -> state(id) == MessageState.COMPLETED);
		kill(child);
		assertThat(this.operations.enqueue(unique().payload("b"))).isEqualTo(id);
		this.queue.close();
		startWorker(TASK);
		awaitRuns("ready", 2);
		open();
		assertThat(this.operations.enqueue(unique().payload("c"))).isEqualTo(id);
		assertThat(all()).hasSize(1);
		assertThat(runs("start")).hasSize(1);
	}

	@Test
	void uniqueKeyOfTheTaskHoldsWhereTheSenderSetsNone() {
		open();
		this.queue.tasks()
			.register(TaskDefinition.builder(TASK, Map.class, (payload, context) -> null)
				.uniqueKey(UniqueKey.ofBody())
				.build());
		Map<String, Object> one = new LinkedHashMap<>(Map.of("a", 1));
		one.put("b", List.of(1.50, "x"));
		Map<String, Object> same = new LinkedHashMap<>();
		same.put("b", List.of(1.50, "x"));
		same.put("a", 1);
		MessageId id = this.operations.enqueue(TASK, one);
		assertThat(find(id).uniqueKey()).matches("sha256:[0-9a-f]{64}");
		assertThat(this.operations.enqueue(TASK, same)).isEqualTo(id);
		assertThat(this.operations.enqueue(TASK, Map.of("a", 2))).isNotEqualTo(id);
		assertThat(this.operations.enqueue(TASK, null)).isEqualTo(this.operations.enqueue(TASK, null));
		assertThat(this.operations.enqueue(message().payload(one).uniqueKey("mine"))).isNotEqualTo(id);
		this.operations.cancel(id);
		assertThat(this.operations.enqueue(TASK, one)).isNotEqualTo(id);
	}

	@Test
	void uniqueKeyOfTheTaskWhenItCannotBeMadeStoresNothing() {
		open();
		this.queue.tasks()
			.register(TaskDefinition.builder(TASK, String.class, (payload, context) -> null)
				.uniqueKey((payload, codec, body) -> String.valueOf(payload).substring(3))
				.build());
		assertThatExceptionOfType(PayloadException.class).isThrownBy(() -> this.operations.enqueue(TASK, "ab"))
			.withMessageContaining("The unique key of a message for task 'mail.send' cannot be made");
		assertThatExceptionOfType(PayloadException.class).isThrownBy(() -> this.operations.enqueue(TASK, "abc"))
			.withMessageContaining("'uniqueKey' must have 1 to 500 characters, had 0");
		assertThat(all()).isEmpty();
	}

}
