package io.github.queuesqlite;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.PayloadException;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.task.PermanentTaskException;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskDefinition;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

/** Tests of what looks at messages, steers them, and counts them. */
class OperationsTests extends QueueTester {

	private static final MessageId UNKNOWN = new MessageId(1);

	@Test
	void everythingWhenIdIsUnknownChangesNothing() {
		open();
		assertThat(this.operations.find(UNKNOWN)).isEmpty();
		assertThat(this.operations.failures(UNKNOWN)).isEmpty();
		assertThat(this.operations.cancel(UNKNOWN)).isFalse();
		assertThat(this.operations.retry(UNKNOWN)).isFalse();
		assertThat(this.operations.delete(UNKNOWN)).isFalse();
		assertThat(this.operations.updatePayload(UNKNOWN, "x")).isFalse();
		assertThat(this.operations.reschedule(UNKNOWN, Instant.EPOCH)).isFalse();
	}

	@Test
	void everythingWhenNullIsGivenSaysWhat() {
		open();
		assertThatNullPointerException().isThrownBy(() -> this.operations.find(null)).withMessageContaining("'id'");
		assertThatNullPointerException().isThrownBy(() -> this.operations.findByKey(null))
			.withMessageContaining("'idempotencyKey'");
		assertThatNullPointerException().isThrownBy(() -> this.operations.list(null)).withMessageContaining("'query'");
		assertThatNullPointerException().isThrownBy(() -> this.operations.cancel(null)).withMessageContaining("'id'");
		assertThatNullPointerException().isThrownBy(() -> this.operations.updatePayload(UNKNOWN, null))
			.withMessageContaining("'payload'");
		assertThatNullPointerException().isThrownBy(() -> this.operations.reschedule(UNKNOWN, null))
			.withMessageContaining("'runAt'");
		assertThatNullPointerException().isThrownBy(() -> this.operations.pause(null)).withMessageContaining("'queue'");
		assertThatNullPointerException().isThrownBy(() -> this.operations.length(null))
			.withMessageContaining("'queue'");
		assertThatNullPointerException().isThrownBy(() -> this.operations.drain(null))
			.withMessageContaining("'timeout'");
		assertThatIllegalArgumentException().isThrownBy(() -> this.operations.pause(""))
			.withMessageContaining("'queue'");
	}

	@Test
	void cancelWhenWaitingEndsTheMessage() {
		open();
		MessageId id = this.operations.enqueue(TASK, null);
		assertThat(this.operations.cancel(id)).isTrue();
		assertThat(this.operations.cancel(id)).isFalse();
		assertThat(state(id)).isEqualTo(MessageState.CANCELLED);
		assertThat(this.operations.retry(id)).isTrue();
		assertThat(state(id)).isEqualTo(MessageState.READY);
	}

	@Test
	void cancelWhenRunningAsksTheHandler() throws Exception {
		open();
		CountDownLatch started = new CountDownLatch(1);
		this.queue.tasks().register(TASK, String.class, (payload, context) -> {
			started.countDown();
			new CountDownLatch(1).await();
			return null;
		});
		this.queue.start();
		CompletableFuture<String> future = this.operations.submit(message().idempotencyKey("key"), String.class);
		awaitLatch(started);
		assertThat(this.operations.cancel(this.operations.findByKey("key").orElseThrow().id())).isTrue();
		assertThat(future).failsWithin(LONG)
			.withThrowableOfType(java.util.concurrent.ExecutionException.class)
			.withMessageContaining("CANCELLED");
	}

	@Test
	void failuresAreKeptPerAttemptAndRetryClearsThem() {
		open();
		AtomicInteger runs = new AtomicInteger();
		this.queue.tasks().register(TaskDefinition.builder(TASK, String.class, (payload, context) -> {
			if (runs.incrementAndGet() <= 2) {
				throw new IllegalStateException("failure " + context.attempt());
			}
			return "done";
		}).retryPolicy(new RetryPolicy(1, Duration.ZERO, 1, Duration.ZERO, 0)).build());
		this.queue.start();
		MessageId id = this.operations.enqueue(TASK, null);
		assertThat(this.operations.drain(LONG)).isTrue();
		assertThat(state(id)).isEqualTo(MessageState.DEAD);
		assertThat(this.operations.failures(id)).extracting(Failure::message).containsExactly("failure 1", "failure 2");
		assertThat(find(id).lastError().attempt()).isEqualTo(2);
		assertThat(this.operations.retryAll(MessageQuery.all().state(MessageState.DEAD))).isOne();
		assertThat(this.operations.await(id, String.class, LONG)).isEqualTo("done");
	}

	@Test
	void updatePayloadChangesWhatWaits() {
		open((builder) -> builder.maxPayloadSize(100));
		MessageId id = this.operations.enqueue(TASK, "old");
		assertThat(this.operations.updatePayload(id, "new")).isTrue();
		assertThat(find(id).payload(String.class)).isEqualTo("new");
		assertThatExceptionOfType(PayloadException.class)
			.isThrownBy(() -> this.operations.updatePayload(id, "x".repeat(100)));
		this.operations.cancel(id);
		assertThat(this.operations.updatePayload(id, "late")).isFalse();
	}

	@Test
	void rescheduleMovesTheDueTime() {
		openWithClock();
		MessageId id = this.operations.enqueue(TASK, null);
		assertThat(this.operations.reschedule(id, now().plusSeconds(60))).isTrue();
		assertThat(state(id)).isEqualTo(MessageState.SCHEDULED);
		assertThat(find(id).runAt()).isEqualTo(now().plusSeconds(60));
		assertThat(this.operations.reschedule(id, Instant.MIN)).isTrue();
		assertThat(state(id)).isEqualTo(MessageState.READY);
		assertThat(find(id).runAt()).isEqualTo(now());
		assertThatIllegalArgumentException().isThrownBy(() -> this.operations.reschedule(id, Instant.MAX));
	}

	@Test
	void listAndPurgeSelect() {
		open();
		for (int i = 0; i < 30; i++) {
			this.operations.enqueue(NewMessage.to("task-" + i % 3).queue("queue-" + i % 2).tags("tag-" + i % 5));
		}
		assertThat(this.operations.list(MessageQuery.all())).hasSize(30)
			.isSortedAccordingTo((a, b) -> a.id().compareTo(b.id()));
		assertThat(this.operations.list(MessageQuery.all().task("task-1").queue("queue-0"))).hasSize(5);
		assertThat(this.operations.list(MessageQuery.all().tag("tag-0"))).hasSize(6);
		List<Message> page = this.operations.list(MessageQuery.all().limit(20));
		assertThat(this.operations.list(MessageQuery.all().after(page.get(19).id()))).hasSize(10);
		assertThat(this.operations.purge(MessageQuery.all().task("task-1").limit(1))).isEqualTo(10);
		assertThat(this.operations.length()).isEqualTo(20);
		assertThat(this.operations.length("queue-0")).isEqualTo(10);
		assertThat(this.operations.length("other")).isZero();
		assertThat(this.operations.delete(all().get(0).id())).isTrue();
		assertThat(this.operations.length()).isEqualTo(19);
	}

	@Test
	void pauseLetsNothingStartUntilResumed() {
		open();
		AtomicInteger runs = new AtomicInteger();
		this.queue.tasks().register(TASK, String.class, (payload, context) -> runs.incrementAndGet());
		this.queue.start();
		for (int i = 0; i < 500; i++) {
			this.operations.enqueueAsync(message());
		}
		this.operations.pause("default");
		// One that was started before the return may be between its start and its first
		// statement.
		await().until(() -> this.queue.lanes().get(0).running() == 0);
		int atPause = runs.get();
		assertThat(this.operations.stats().pausedQueues()).containsExactly("default");
		assertThat(this.operations.drain(LONG)).isTrue();
		assertThat(runs.get()).isEqualTo(atPause);
		this.operations.resume("default");
		assertThat(this.operations.drain(LONG)).isTrue();
		assertThat(runs).hasValue(500);
		assertThat(this.operations.stats().pausedQueues()).isEmpty();
	}

	@Test
	void pauseSurvivesARestart() {
		open();
		this.operations.pause("default");
		this.queue.close();
		open();
		this.queue.tasks().register(TASK, String.class, (payload, context) -> payload);
		this.queue.start();
		assertThat(this.queue.lanes().get(0).paused()).isTrue();
		MessageId id = this.operations.enqueue(TASK, "a");
		this.operations.resume("default");
		assertThat(this.operations.await(id, String.class, LONG)).isEqualTo("a");
	}

	@Test
	void statsCountAndShowWhatNobodyServes() {
		openWithClock();
		this.queue.tasks().register(TASK, String.class, (payload, context) -> payload);
		this.operations.enqueue(message());
		this.operations.enqueue(message().delay(Duration.ofHours(1)));
		this.operations.enqueue(message().queue("nowhere"));
		this.operations.enqueue(NewMessage.to("unknown"));
		this.clock.move(Duration.ofSeconds(5));
		QueueStats stats = this.operations.stats();
		assertThat(stats.count(MessageState.READY)).isEqualTo(3);
		assertThat(stats.count("default", MessageState.SCHEDULED)).isOne();
		assertThat(stats.oldestReadyAge("nowhere")).contains(Duration.ofSeconds(5));
		assertThat(stats.unservedQueues()).containsExactly("nowhere");
		assertThat(stats.unservedTasks()).containsExactly("unknown");
		assertThat(stats.queues()).containsExactly("default", "nowhere");
		assertThat(stats.shards()).allMatch(QueueStats.ShardStats::accepting);
		assertThat(this.operations.length()).isEqualTo(4);
	}

	@Test
	void drainWhenEmptyReturnsAtOnce() {
		open();
		assertThat(this.operations.drain(Duration.ZERO)).isTrue();
	}

	@Test
	void drainWaitsForWhatWasHandedInBefore() {
		open();
		AtomicInteger runs = new AtomicInteger();
		this.queue.tasks().register(TASK, String.class, (payload, context) -> runs.incrementAndGet());
		this.queue.start();
		for (int round = 1; round <= 20; round++) {
			for (int i = 0; i < 100; i++) {
				this.operations.enqueueAsync(message());
			}
			assertThat(this.operations.drain(LONG)).isTrue();
			assertThat(runs).hasValue(100 * round);
		}
	}

	@Test
	void drainWaitsForWhatHandlersEnqueue() {
		open((builder) -> builder.shards(4));
		AtomicInteger runs = new AtomicInteger();
		this.queue.tasks().register(TASK, Integer.class, (left, context) -> {
			runs.incrementAndGet();
			if (left > 0) {
				this.operations.enqueue(TASK, left - 1);
			}
			return null;
		});
		this.queue.start();
		this.operations.enqueue(TASK, 200);
		assertThat(this.operations.drain(LONG)).isTrue();
		assertThat(runs).hasValue(201);
	}

	@Test
	void drainWaitsForRetriesButNotForDelaysOfTheSender() {
		open();
		AtomicInteger runs = new AtomicInteger();
		this.queue.tasks().register(TaskDefinition.builder(TASK, String.class, (payload, context) -> {
			if (runs.incrementAndGet() < 3) {
				throw new IllegalStateException("not yet");
			}
			return null;
		}).retryPolicy(new RetryPolicy(5, Duration.ofMillis(100), 1, Duration.ofMillis(100), 0)).build());
		this.queue.start();
		MessageId delayed = this.operations.enqueue(message().delay(Duration.ofHours(1)));
		MessageId retried = this.operations.enqueue(TASK, null);
		assertThat(this.operations.drain(LONG)).isTrue();
		assertThat(state(retried)).isEqualTo(MessageState.COMPLETED);
		assertThat(state(delayed)).isEqualTo(MessageState.SCHEDULED);
	}

	@Test
	void drainWhenNobodyServesTheRestReturns() {
		open();
		this.queue.tasks().register(TASK, String.class, (payload, context) -> payload);
		this.queue.start();
		this.operations.enqueue(NewMessage.to("unknown"));
		this.operations.enqueue(message().queue("nowhere"));
		this.operations.pause("paused");
		this.operations.enqueue(message().queue("paused"));
		assertThat(this.operations.drain(LONG)).isTrue();
		assertThat(this.operations.length()).isEqualTo(3);
	}

	@Test
	void drainWhenTimeIsUpReturnsFalse() throws Exception {
		open();
		CountDownLatch go = new CountDownLatch(1);
		this.queue.tasks().register(TASK, String.class, (payload, context) -> {
			go.await();
			return null;
		});
		this.queue.start();
		this.operations.enqueue(TASK, null);
		assertThat(this.operations.drain(Duration.ofMillis(20))).isFalse();
		assertThat(this.operations.drain(Duration.ofSeconds(-1))).isFalse();
		CompletableFuture<Boolean> drained = CompletableFuture.supplyAsync(() -> this.operations.drain(LONG));
		go.countDown();
		assertThat(drained).succeedsWithin(LONG).isEqualTo(true);
	}

	@Test
	void drainWhenInterruptedKeepsTheFlag() {
		open();
		this.queue.tasks().register(TASK, String.class, (payload, context) -> payload);
		this.operations.enqueue(TASK, null);
		Thread.currentThread().interrupt();
		assertThatExceptionOfType(QueueException.class).isThrownBy(() -> this.operations.drain(LONG));
		assertThat(Thread.interrupted()).isTrue();
	}

	@Test
	void findWhenPayloadIsOfAnotherTypeSaysSo() {
		open();
		MessageId id = this.operations.enqueue(TASK, "text");
		Message message = find(id);
		assertThatExceptionOfType(PayloadException.class).isThrownBy(() -> message.payload(Integer.class))
			.withMessageContaining(id.toString())
			.withMessageContaining("Integer");
		assertThat(message.rawPayload()).asString().isEqualTo("\"text\"");
	}

	@Test
	void poisonMessageAmongOthersHarmsOnlyItself() {
		open();
		this.queue.tasks().register(TASK, Integer.class, (payload, context) -> {
			if (payload == 7) {
				throw new PermanentTaskException("poison");
			}
			return null;
		});
		this.queue.start();
		List<NewMessage> messages = java.util.stream.IntStream.range(0, 1000)
			.mapToObj((i) -> message().payload(i))
			.toList();
		this.operations.enqueueAll(messages);
		assertThat(this.operations.drain(LONG)).isTrue();
		await().untilAsserted(() -> {
			assertThat(this.operations.stats().count(MessageState.DEAD)).isOne();
			assertThat(this.operations.stats().count(MessageState.COMPLETED)).isEqualTo(999);
		});
	}

}
