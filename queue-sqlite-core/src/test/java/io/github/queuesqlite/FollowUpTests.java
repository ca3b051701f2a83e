package io.github.queuesqlite;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import io.github.queuesqlite.event.MessageEvent;
import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.message.LeaseLostException;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.OnDuplicate;
import io.github.queuesqlite.task.BatchFailedException;
import io.github.queuesqlite.task.Delivery;
import io.github.queuesqlite.task.PermanentTaskException;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskContext;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskHandler;
import io.github.queuesqlite.task.UniqueKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** What handlers and receivers enqueue with the end of a message. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FollowUpTests extends ProcessTester {

	private static final String NEXT = "next";

	private static final RetryPolicy SOON = new RetryPolicy(3, Duration.ofMillis(2), 1, Duration.ofMillis(2), 0);

	private final List<Object> ran = new CopyOnWriteArrayList<>();

	private static NewMessage next(Object payload) {
		return NewMessage.to(NEXT).payload(payload);
	}

	private void start(TaskHandler<Integer> handler) {
		start(TaskDefinition.builder(TASK, Integer.class, handler).build());
	}

	private void start(TaskDefinition<Integer> task) {
		this.queue.tasks().register(task);
		this.queue.tasks().register(NEXT, Object.class, (payload, context) -> {
			this.ran.add(payload);
			return payload;
		});
		this.queue.start();
	}

	private List<Message> nexts() {
		return this.operations.list(MessageQuery.all().task(NEXT).limit(1000));
	}

	@Test
	void messageIsStoredWithTheEndOfTheRun() {
		open((builder) -> builder.shards(3));
		AtomicReference<MessageId> id = new AtomicReference<>();
		start((payload, context) -> {
			MessageId next = context.enqueue(next("a"));
			assertThat(this.operations.find(next)).isEmpty();
			id.set(next);
			return null;
		});
		this.operations.enqueue(message().payload(1));
		await().atMost(LONG).untilAsserted(() -> assertThat(this.ran).containsExactly("a"));
		assertThat(find(id.get()).payload(String.class)).isEqualTo("a");
		assertThat(nexts()).hasSize(1);
	}

	@Test
	void messagesOfARunThatFailsAreForgotten() {
		open((builder) -> builder.retry(SOON));
		AtomicInteger attempts = new AtomicInteger();
		start((payload, context) -> {
			context.enqueue(next(context.attempt()));
			if (attempts.incrementAndGet() < 3) {
				throw new IllegalStateException("again");
			}
			return null;
		});
		this.operations.enqueue(message().payload(1));
		await().atMost(LONG).untilAsserted(() -> assertThat(this.ran).containsExactly(3));
		assertThat(nexts()).hasSize(1);
	}

	@Test
	void messagesOfARunThatEndsDeadOrCancelledAreForgotten() {
		open();
		start((payload, context) -> {
			context.enqueue(next(payload));
			if (payload == 2) {
				this.operations.cancel(context.id());
			}
			throw new PermanentTaskException("never");
		});
		MessageId dead = this.operations.enqueue(message().payload(1));
		MessageId cancelled = this.operations.enqueue(message().payload(2));
		await().atMost(LONG).until(() -> state(dead).isEnded() && state(cancelled).isEnded());
		assertThat(this.operations.drain(LONG)).isTrue();
		assertThat(nexts()).isEmpty();
	}

	@Test
	void messagesOfARunThatIsTimedOutAreForgotten() {
		open();
		List<Throwable> thrown = new CopyOnWriteArrayList<>();
		start(TaskDefinition.builder(TASK, Integer.class, (payload, context) -> {
			context.enqueue(next(payload));
			try {
				context.extend(Duration.ofMillis(50));
				while (!context.isCancelled()) {
					Thread.onSpinWait();
				}
				context.enqueue(next(payload));
			}
			catch (LeaseLostException ex) {
				thrown.add(ex);
			}
			return null;
		}).build());
		MessageId id = this.operations.enqueue(message().payload(1).maxRetries(0));
		await().atMost(LONG).untilAsserted(() -> assertThat(thrown).hasSize(1));
		await().atMost(LONG).until(() -> state(id) == MessageState.DEAD);
		assertThat(nexts()).isEmpty();
	}

	@Test
	void enqueueAfterTheEndIsRefused() {
		open();
		AtomicReference<TaskContext> kept = new AtomicReference<>();
		start((payload, context) -> {
			kept.set(context);
			return null;
		});
		MessageId id = this.operations.enqueue(message().payload(1));
		await().atMost(LONG).until(() -> state(id) == MessageState.COMPLETED);
		assertThatExceptionOfType(LeaseLostException.class).isThrownBy(() -> kept.get().enqueue(next(1)));
		assertThat(nexts()).isEmpty();
	}

	@Test
	void stageThatEndsLaterStoresWhatWasEnqueuedUntilThen() {
		open();
		start((payload, context) -> CompletableFuture.supplyAsync(() -> context.enqueue(next("late")),
				CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS)));
		MessageId id = this.operations.enqueue(message().payload(1));
		await().atMost(LONG).untilAsserted(() -> assertThat(this.ran).containsExactly("late"));
		assertThat(find(id).result(MessageId.class)).isEqualTo(nexts().get(0).id());
	}

	@Test
	void chainAndDelayOfWhatIsEnqueuedCount() {
		open();
		start((payload, context) -> {
			context.enqueue(next("a").then(NewMessage.to(NEXT)).then(NewMessage.to(NEXT).delay(Duration.ofHours(1))));
			context.enqueue(next("later").delay(Duration.ofHours(1)));
			return null;
		});
		this.operations.enqueue(message().payload(1));
		await().atMost(LONG).untilAsserted(() -> assertThat(this.ran).containsExactly("a", "a"));
		await().atMost(LONG).until(() -> this.operations.stats().count(MessageState.SCHEDULED) == 2);
	}

	@Test
	void whatFollowsARunOfAChainIsStoredBesideTheNextLink() {
		open();
		start((payload, context) -> {
			context.enqueue(next("beside"));
			return payload + 1;
		});
		this.operations.enqueue(message().payload(1).then(NewMessage.to(NEXT)));
		await().atMost(LONG).untilAsserted(() -> assertThat(this.ran).containsExactlyInAnyOrder("beside", 2));
	}

	@Test
	void batchStoresWhatEachOfItsMessagesEnqueued() {
		open((builder) -> builder.retry(SOON));
		this.queue.tasks().register(TaskDefinition.batch(TASK, Integer.class, (payloads, runs) -> {
			Map<Integer, Throwable> failures = new HashMap<>();
			for (int i = 0; i < payloads.size(); i++) {
				runs.get(i).enqueue(next(payloads.get(i)));
				if (payloads.get(i) == 3 && runs.get(i).attempt() == 1) {
					failures.put(i, new IllegalStateException("again"));
				}
			}
			if (!failures.isEmpty()) {
				throw new BatchFailedException(failures);
			}
			return null;
		}).build());
		this.queue.tasks().register(NEXT, Object.class, (payload, context) -> this.ran.add(payload));
		this.operations.enqueueAll(List.of(message().payload(1), message().payload(2), message().payload(3)));
		this.queue.start();
		await().atMost(LONG).until(() -> this.operations.length() == 0);
		assertThat(this.ran).containsExactlyInAnyOrder(1, 2, 3);
	}

	@Test
	void receiverStoresWhatItEnqueuesWithTheEnd() {
		open();
		MessageId id = this.operations.enqueue(message().payload(1));
		ClaimedMessage received = this.operations.receive("default", 1, LONG).get(0);
		received.enqueue(next("dropped"));
		received.release();
		received = this.operations.receive("default", 1, LONG).get(0);
		MessageId next = received.enqueue(next("kept"));
		received.complete();
		assertThat(state(id)).isEqualTo(MessageState.COMPLETED);
		assertThat(nexts()).extracting(Message::id).containsExactly(next);
		ClaimedMessage ended = received;
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> ended.enqueue(next("late")));
	}

	@Test
	void whatIsEnqueuedIsExemptFromTheBound() {
		open((builder) -> builder.shards(1).maxLength(1).onFull(OnFull.REJECT));
		start((payload, context) -> {
			for (int i = 0; i < 5; i++) {
				context.enqueue(next(i).queue("other"));
			}
			return null;
		});
		this.operations.enqueue(message().payload(1));
		await().atMost(LONG).until(() -> nexts().size() == 5);
	}

	@Test
	void whatIsEnqueuedIsCountedAndTold() {
		List<String> told = new CopyOnWriteArrayList<>();
		open((builder) -> builder.recorder(new QueueRecorder() {

			@Override
			public void enqueued(String queue, String task, int messages) {
				told.add("counted " + task);
			}

		}).eventListener((event) -> {
			if (event instanceof MessageEvent.Enqueued) {
				told.add("event " + event.task());
			}
		}));
		start((payload, context) -> {
			context.enqueue(next(1).then(NewMessage.to("third")));
			return null;
		});
		this.operations.enqueue(message().payload(1));
		await().atMost(LONG)
			.untilAsserted(() -> assertThat(told).containsExactlyInAnyOrder("counted " + TASK, "event " + TASK,
					"counted next", "event next", "counted third", "event third"));
	}

	@Test
	void whatIsWrongIsRefusedAndTheRunGoesOn() {
		open();
		List<Throwable> thrown = new CopyOnWriteArrayList<>();
		start((payload, context) -> {
			List<NewMessage> wrong = List.of(next(1).uniqueFor(LONG),
					next(1).orderingKey("a").then(next(2).orderingKey("b")));
			for (NewMessage message : wrong) {
				try {
					context.enqueue(message);
				}
				catch (IllegalArgumentException ex) {
					thrown.add(ex);
				}
			}
			try {
				context.enqueue(null);
			}
			catch (NullPointerException ex) {
				thrown.add(ex);
			}
			return null;
		});
		MessageId id = this.operations.enqueue(message().payload(1));
		await().atMost(LONG).until(() -> state(id) == MessageState.COMPLETED);
		assertThat(thrown).hasSize(3).extracting(Throwable::getMessage).satisfies((texts) -> {
			assertThat(texts.get(0)).contains("'uniqueFor' needs a 'uniqueKey'");
			assertThat(texts.get(1)).contains("must have the same one, since they are stored together");
		});
		assertThat(all()).hasSize(1);
	}

	// --- keys of other shards

	@Test
	void messagesWithKeysRunInTheOrderOfTheirKeysWhereverTheseAreAtHome() {
		open((builder) -> builder.shards(4).concurrency(8));
		start((payload, context) -> {
			for (int i = 0; i < 10; i++) {
				context.enqueue(next(payload + " " + i).orderingKey("k" + payload));
			}
			return null;
		});
		for (int i = 0; i < 20; i++) {
			this.operations.enqueue(message().payload(i));
		}
		assertThat(this.operations.drain(LONG)).isTrue();
		assertThat(this.ran).hasSize(200);
		for (int i = 0; i < 20; i++) {
			String key = i + " ";
			assertThat(this.ran).filteredOn((payload) -> payload.toString().startsWith(key))
				.containsExactlyElementsOf(IntStream.range(0, 10).<Object>mapToObj((number) -> key + number).toList());
		}
		assertThat(nexts()).hasSize(200).allSatisfy((message) -> assertThat(message.orderingKey()).startsWith("k"));
	}

	@Test
	void keyThatIsTakenWhenItsMessageArrivesStoresNothing() {
		open((builder) -> builder.shards(4));
		Queue<MessageId> ids = new ConcurrentLinkedQueue<>();
		start((payload, context) -> {
			ids.add(context.enqueue(next("unique").uniqueKey("u" + payload).delay(Duration.ofDays(1))));
			ids.add(context.enqueue(next("once").idempotencyKey("i" + payload).delay(Duration.ofDays(1))));
			ids.add(context.enqueue(next("replaced").uniqueKey("u" + payload).onDuplicate(OnDuplicate.REPLACE)));
			return null;
		});
		for (int i = 0; i < 10; i++) {
			this.operations.enqueue(message().payload(i));
			this.operations.enqueue(message().payload(i));
		}
		assertThat(this.operations.drain(LONG)).isTrue();
		assertThat(ids).hasSize(60);
		assertThat(nexts()).hasSize(20)
			.extracting((message) -> message.payload(String.class))
			.containsOnly("replaced", "once");
		assertThat(ids.stream().filter((id) -> this.operations.find(id).isPresent())).hasSize(20);
	}

	@Test
	void chainsAndTheirLinksComeWithTheirKeys() {
		open((builder) -> builder.shards(4));
		start((payload, context) -> {
			context.enqueue(next("a" + payload).uniqueKey("u" + payload)
				.concurrencyKey("c" + payload)
				.then(next("b" + payload).concurrencyKey("c" + payload)));
			return null;
		});
		for (int i = 0; i < 10; i++) {
			this.operations.enqueue(message().payload(i));
		}
		assertThat(this.operations.drain(LONG)).isTrue();
		assertThat(this.ran).hasSize(20);
		assertThat(nexts()).hasSize(20).extracting(Message::concurrencyKey).doesNotContainNull();
	}

	@Test
	void messageIsFoundAndAwaitedWhileItIsUnderWay() {
		open((builder) -> builder.shards(4));
		Queue<MessageId> ids = new ConcurrentLinkedQueue<>();
		List<Boolean> found = new CopyOnWriteArrayList<>();
		this.queue.addEventListener((event) -> {
			if (event instanceof MessageEvent.Completed && event.task().equals(TASK)) {
				found.add(this.operations.find(ids.remove()).isPresent());
			}
		});
		start((payload, context) -> {
			ids.add(context.enqueue(next(payload).uniqueKey("u" + payload)));
			return null;
		});
		for (int i = 0; i < 200; i++) {
			this.operations.enqueue(message().payload(i));
			assertThat(this.operations.drain(LONG)).isTrue();
		}
		await().atMost(LONG).until(() -> found.size() == 200);
		assertThat(found).containsOnly(true);
		assertThat(this.ran).hasSize(200);
	}

	@Test
	void messageMayHaveTheKeyOfTheOneThatRuns() {
		open((builder) -> builder.shards(3));
		CountDownLatch behindIsStored = new CountDownLatch(1);
		start((payload, context) -> {
			Message message = context.message();
			if (message.orderingKey() != null) {
				behindIsStored.await();
				context.enqueue(next("ordered").orderingKey(message.orderingKey()));
				context.enqueue(next("first").then(next("then").orderingKey(message.orderingKey())));
			}
			else {
				context.enqueue(next("crowded").concurrencyKey(message.concurrencyKey()));
			}
			return null;
		});
		this.operations.enqueue(message().payload(1).orderingKey("k"));
		MessageId behind = this.operations.enqueue(next("behind").orderingKey("k"));
		behindIsStored.countDown();
		this.operations.enqueue(message().payload(2).concurrencyKey("k"));
		await().atMost(LONG).untilAsserted(() -> assertThat(this.ran).hasSize(5));
		assertThat(this.ran).containsExactlyInAnyOrder("ordered", "behind", "first", "then", "crowded")
			.containsSubsequence("behind", "ordered");
		assertThat(state(behind)).isEqualTo(MessageState.COMPLETED);
	}

	@Test
	void tooManyMessagesAreRefused() {
		open();
		List<Throwable> thrown = new CopyOnWriteArrayList<>();
		start((payload, context) -> {
			List<MessageId> ids = new ArrayList<>();
			try {
				while (ids.size() < 2000) {
					ids.add(context.enqueue(next(1)));
				}
			}
			catch (IllegalStateException ex) {
				thrown.add(ex);
			}
			return ids.size();
		});
		MessageId id = this.operations.enqueue(message().payload(1));
		await().atMost(LONG).until(() -> state(id) == MessageState.COMPLETED);
		assertThat(find(id).result(Integer.class)).isEqualTo(1000);
		assertThat(thrown).singleElement()
			.satisfies((ex) -> assertThat(ex).hasMessageContaining("cannot enqueue more with its end: 1001 messages"));
		await().atMost(LONG).until(() -> this.ran.size() == 1000);
	}

	@Test
	void deliveryAtMostOnceHasNoEndToEnqueueWith() {
		open();
		List<Throwable> thrown = new CopyOnWriteArrayList<>();
		start(TaskDefinition.builder(TASK, Integer.class, (payload, context) -> {
			try {
				context.enqueue(next(1));
			}
			catch (IllegalStateException ex) {
				thrown.add(ex);
			}
			return null;
		}).delivery(Delivery.AT_MOST_ONCE).build());
		this.operations.enqueue(message().payload(1));
		await().atMost(LONG).untilAsserted(() -> assertThat(thrown).hasSize(1));
		assertThat(thrown.get(0)).hasMessageContaining("its delivery is at most once");
		assertThat(nexts()).isEmpty();
	}

	@Test
	void messagesOfAProcessThatIsKilledInTheMidstOfTheRunAreForgotten() throws Exception {
		open();
		this.operations.enqueue(NewMessage.to(SpawnChild.TASK).payload("a"));
		Process child = start(SpawnChild.class);
		awaitRuns("start", 1);
		kill(child);
		this.queue.tasks().register(SpawnChild.TASK, String.class, (payload, context) -> {
			context.enqueue(next("again"));
			return null;
		});
		this.queue.tasks().register(NEXT, String.class, (payload, context) -> this.ran.add(payload));
		this.queue.start();
		await().atMost(LONG).until(() -> this.operations.length() == 0);
		assertThat(this.ran).containsExactly("again");
		assertThat(nexts()).hasSize(1);
	}

}
