package io.github.queuesqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.github.queuesqlite.message.DuplicateMessageException;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.OnDuplicate;
import io.github.queuesqlite.message.PayloadException;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.QueueTimeoutException;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.message.TaskFailedException;
import io.github.queuesqlite.store.Retention;
import io.github.queuesqlite.task.PermanentTaskException;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskHandler;
import org.junit.jupiter.api.Test;
import org.springframework.core.ParameterizedTypeReference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** Tests of submit, await and callbacks. */
class WaitingTests extends QueueTester {

	private void host(TaskHandler<String> handler) {
		this.queue.tasks().register(TASK, String.class, handler);
		this.queue.start();
	}

	/** Submit does not wait for the commit. */
	private MessageId stored(String key) {
		await().until(() -> this.operations.findByKey(key).isPresent());
		return this.operations.findByKey(key).orElseThrow().id();
	}

	@Test
	void submitGivesTheResult() throws Exception {
		open();
		host((payload, context) -> payload.length());
		List<CompletableFuture<Integer>> futures = new ArrayList<>();
		for (int i = 0; i < 300; i++) {
			futures.add(this.operations.submit(message().payload("x".repeat(i)), Integer.class));
		}
		for (int i = 0; i < 300; i++) {
			assertThat(futures.get(i).get(60, TimeUnit.SECONDS)).isEqualTo(i);
		}
		assertNobodyWaits();
	}

	@Test
	void submitWhenResultIsGenericReadsIt() {
		open();
		host((payload, context) -> Map.of(payload, List.of(1, 2)));
		assertThat(this.operations.submit(message().payload("a"),
				new ParameterizedTypeReference<Map<String, List<Integer>>>() {
				}))
			.succeedsWithin(LONG)
			.isEqualTo(Map.of("a", List.of(1, 2)));
	}

	@Test
	void submitWhenTaskStoresNoResultGivesNull() {
		open();
		this.queue.tasks()
			.register(TaskDefinition.builder(TASK, String.class, (payload, context) -> "lost")
				.storeResult(false)
				.build());
		this.queue.start();
		assertThat(this.operations.submit(message(), String.class)).succeedsWithin(LONG).isNull();
	}

	@Test
	void submitWhenResultIsOfAnotherTypeFails() {
		open();
		host((payload, context) -> "not a number");
		assertThat(this.operations.submit(message(), Integer.class)).failsWithin(LONG)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(PayloadException.class)
			.withMessageContaining(TASK);
	}

	@Test
	void submitWhenTaskFailsEndsWithItsFailure() {
		open();
		host((payload, context) -> {
			throw new PermanentTaskException("no such address");
		});
		assertThat(this.operations.submit(message(), String.class)).failsWithin(LONG)
			.withThrowableOfType(ExecutionException.class)
			.withMessageContaining("no such address")
			.havingCause()
			.isInstanceOfSatisfying(TaskFailedException.class, (ex) -> {
				assertThat(ex.state()).isEqualTo(MessageState.DEAD);
				assertThat(ex.failure().type()).isEqualTo(PermanentTaskException.class.getName());
				assertThat(ex.messageId()).isNotNull();
			});
	}

	@Test
	void submitWhenMessageIsCancelledFails() {
		open();
		CompletableFuture<String> future = this.operations.submit(message().idempotencyKey("key"), String.class);
		assertThat(this.operations.cancel(stored("key"))).isTrue();
		assertThat(future).failsWithin(LONG)
			.withThrowableOfType(ExecutionException.class)
			.withMessageContaining("CANCELLED");
	}

	@Test
	void submitWhenMessageExpiresFails() {
		open();
		CompletableFuture<String> future = this.operations.submit(message().timeToLive(Duration.ofMillis(50)),
				String.class);
		assertThat(future).failsWithin(LONG)
			.withThrowableOfType(ExecutionException.class)
			.withMessageContaining("EXPIRED");
	}

	@Test
	void submitWhenMessageIsDeletedFails() {
		open();
		CompletableFuture<String> future = this.operations.submit(message().idempotencyKey("key"), String.class);
		assertThat(this.operations.delete(stored("key"))).isTrue();
		assertThat(future).failsWithin(LONG)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(QueueException.class)
			.withMessageContaining("removed");
		assertNobodyWaits();
	}

	@Test
	void submitWhenNothingIsKeptStillGivesTheResult() {
		open((builder) -> builder
			.retention(new Retention(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, 0)));
		host((payload, context) -> payload);
		for (int i = 0; i < 50; i++) {
			assertThat(this.operations.submit(message().payload("a"), String.class)).succeedsWithin(LONG)
				.isEqualTo("a");
		}
	}

	@Test
	void submitWhenKeyIsTakenGivesTheResultOfTheExisting() throws Exception {
		open();
		NewMessage keyed = message().idempotencyKey("key");
		CompletableFuture<String> first = this.operations.submit(keyed.payload("first"), String.class);
		CompletableFuture<String> second = this.operations.submit(keyed.payload("second"), String.class);
		host((payload, context) -> payload);
		assertThat(first.get(60, TimeUnit.SECONDS)).isEqualTo("first");
		assertThat(second.get(60, TimeUnit.SECONDS)).isEqualTo("first");
		assertThat(this.operations.submit(keyed.payload("third"), String.class)).succeedsWithin(LONG)
			.isEqualTo("first");
		assertThat(this.operations.submit(keyed.onDuplicate(OnDuplicate.THROW), String.class)).failsWithin(LONG)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(DuplicateMessageException.class);
		assertNobodyWaits();
	}

	@Test
	void submitWhenCancelledOrTimedOutLeavesNothingBehind() {
		open();
		CompletableFuture<String> cancelled = this.operations.submit(message(), String.class);
		cancelled.cancel(true);
		CompletableFuture<String> late = this.operations.submit(message(), String.class)
			.orTimeout(1, TimeUnit.MILLISECONDS);
		assertThat(cancelled).isCancelled();
		assertThatExceptionOfType(CancellationException.class).isThrownBy(cancelled::join);
		assertThat(late).failsWithin(LONG)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(TimeoutException.class);
		assertNobodyWaits();
		await().untilAsserted(() -> assertThat(this.operations.length()).isEqualTo(2));
	}

	@Test
	void submitWhenDependentsBlockDelaysNobody() {
		open();
		host((payload, context) -> payload);
		CompletableFuture<Void> never = new CompletableFuture<>();
		for (int i = 0; i < 20; i++) {
			this.operations.submit(message(), String.class).thenAccept((result) -> never.join());
		}
		assertThat(this.operations.submit(message().payload("a"), String.class)
			.thenApply((result) -> this.operations.enqueue(TASK, result))
			.thenApply((id) -> this.operations.await(id, String.class, LONG))).succeedsWithin(LONG).isEqualTo("a");
		never.complete(null);
	}

	@Test
	void submitWhenQueueClosesFails() {
		open();
		CompletableFuture<String> future = this.operations.submit(message(), String.class);
		this.queue.close();
		assertThat(future).failsWithin(LONG)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(StoreUnavailableException.class)
			.withMessageContaining("closed");
	}

	@Test
	void awaitWhenMessageHasEndedReturnsAtOnce() {
		open();
		host((payload, context) -> "done " + payload);
		MessageId id = this.operations.enqueue(TASK, "a");
		assertThat(this.operations.await(id, String.class, LONG)).isEqualTo("done a");
		assertThat(this.operations.await(id, String.class, Duration.ZERO)).isEqualTo("done a");
		assertThat(this.operations.await(id, new ParameterizedTypeReference<String>() {
		}, Duration.ofSeconds(-1))).isEqualTo("done a");
		assertNobodyWaits();
	}

	@Test
	void awaitAllGivesTheResultsInTheOrderOfTheIds() {
		open();
		List<MessageId> ids = this.operations
			.enqueueAll(List.of(message().payload("a"), message().payload("b"), message().payload("none")));
		host((payload, context) -> payload.equals("none") ? null : "done " + payload);
		List<MessageId> asked = List.of(ids.get(1), ids.get(2), ids.get(0), ids.get(1));
		assertThat(this.operations.awaitAll(asked, String.class, LONG)).containsExactly("done b", null, "done a",
				"done b");
		assertThat(this.operations.awaitAll(List.of(), String.class, Duration.ZERO)).isEmpty();
		assertNobodyWaits();
	}

	@Test
	void awaitAllWhenOneFailsThrowsItsFailureAndLeavesNothingBehind() {
		open();
		MessageId good = this.operations.enqueue(TASK, "good");
		MessageId bad = this.operations.enqueue(TASK, "bad");
		host((payload, context) -> {
			if (payload.equals("bad")) {
				throw new PermanentTaskException("as told");
			}
			return payload;
		});
		assertThatExceptionOfType(TaskFailedException.class)
			.isThrownBy(() -> this.operations.awaitAll(List.of(good, bad), String.class, LONG))
			.satisfies((ex) -> assertThat(ex.messageId()).isEqualTo(bad));
		assertNobodyWaits();
	}

	@Test
	void awaitAllWhenOneIsLateOrUnknownNamesIt() {
		open();
		MessageId waits = this.operations.enqueue(TASK, "a");
		MessageId unknown = new MessageId(1);
		assertThatExceptionOfType(QueueTimeoutException.class)
			.isThrownBy(() -> this.operations.awaitAll(List.of(waits), String.class, Duration.ofMillis(20)))
			.satisfies((ex) -> assertThat(ex.messageId()).isEqualTo(waits));
		assertThatExceptionOfType(QueueException.class)
			.isThrownBy(() -> this.operations.awaitAll(List.of(unknown, waits), String.class, LONG))
			.withMessageContaining(unknown.toString());
		assertNobodyWaits();
	}

	@Test
	void awaitWhenManyThreadsWaitTellsEach() throws Exception {
		open();
		MessageId id = this.operations.enqueue(TASK, "a");
		List<CompletableFuture<String>> results = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			CompletableFuture<String> result = new CompletableFuture<>();
			results.add(result);
			new Thread(() -> result.complete(this.operations.await(id, String.class, Duration.ofDays(100_000))))
				.start();
		}
		await().until(() -> this.queue.waiting() == 1);
		host((payload, context) -> payload);
		for (CompletableFuture<String> result : results) {
			assertThat(result.get(60, TimeUnit.SECONDS)).isEqualTo("a");
		}
		assertNobodyWaits();
	}

	@Test
	void awaitWhenIdIsUnknownFailsAtOnce() {
		open();
		MessageId unknown = new MessageId(1);
		assertThatExceptionOfType(QueueException.class)
			.isThrownBy(() -> this.operations.await(unknown, String.class, LONG))
			.withMessageContaining("unknown or already removed")
			.withMessageContaining(unknown.toString());
		assertNobodyWaits();
	}

	@Test
	void awaitWhenTimeIsUpNamesTheMessageAndLeavesNothingBehind() {
		open();
		MessageId id = this.operations.enqueue(TASK, "a");
		for (Duration timeout : List.of(Duration.ofMillis(20), Duration.ZERO, Duration.ofSeconds(-1))) {
			assertThatExceptionOfType(QueueTimeoutException.class)
				.isThrownBy(() -> this.operations.await(id, String.class, timeout))
				.satisfies((ex) -> assertThat(ex.messageId()).isEqualTo(id));
		}
		assertNobodyWaits();
	}

	@Test
	void awaitWhenInterruptedKeepsTheFlag() {
		open();
		MessageId id = this.operations.enqueue(TASK, "a");
		Thread.currentThread().interrupt();
		assertThatExceptionOfType(QueueException.class).isThrownBy(() -> this.operations.await(id, String.class, LONG))
			.satisfies((ex) -> assertThat(ex.messageId()).isEqualTo(id));
		assertThat(Thread.interrupted()).isTrue();
	}

	@Test
	void awaitWhenQueueClosesFails() throws Exception {
		open();
		MessageId id = this.operations.enqueue(TASK, "a");
		AtomicReference<Throwable> thrown = new AtomicReference<>();
		Thread waiting = new Thread(() -> {
			try {
				this.operations.await(id, String.class, LONG);
			}
			catch (QueueException ex) {
				thrown.set(ex);
			}
		});
		waiting.start();
		await().until(() -> this.queue.waiting() == 1);
		this.queue.close();
		waiting.join(LONG.toMillis());
		assertThat(thrown.get()).isInstanceOf(StoreUnavailableException.class).hasMessageContaining("closed");
	}

	/** Its commit is not heard of here: only the file tells. */
	@Test
	void awaitWhenAnotherProcessEndsItIsTold() throws Exception {
		open((builder) -> builder.shards(1));
		MessageId id = this.operations.enqueue(TASK, "a");
		CompletableFuture<String> awaited = CompletableFuture
			.supplyAsync(() -> this.operations.await(id, String.class, LONG));
		await().until(() -> this.queue.waiting() == 1);
		Path file = this.directory.resolve("default").resolve("queue_shard_0.db");
		try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
				Statement statement = other.createStatement()) {
			assertThat(statement
				.executeUpdate("UPDATE message SET state = 40, finished_at = created_at WHERE id = " + id.value()))
				.isOne();
		}
		assertThat(awaited).succeedsWithin(LONG).isNull();
	}

	@Test
	void awaitWhenAnotherQueueOfTheDirectoryEndsItIsTold() {
		open();
		MessageId id = this.operations.enqueue(TASK, "a");
		CompletableFuture<String> future = this.operations.submit(message().payload("b"), String.class);
		try (EmbeddedQueue other = EmbeddedQueue.builder(this.directory).build()) {
			other.tasks().register(TASK, String.class, (payload, context) -> "done " + payload);
			other.start();
			assertThat(this.operations.await(id, String.class, LONG)).isEqualTo("done a");
			assertThat(future).succeedsWithin(LONG).isEqualTo("done b");
		}
	}

	@Test
	void callbackGetsTheFinalMessageOnce() throws Exception {
		open();
		host((payload, context) -> "done " + payload);
		AtomicInteger calls = new AtomicInteger();
		LinkedBlockingQueue<Message> messages = new LinkedBlockingQueue<>();
		MessageId id = this.operations.enqueue(message().payload("a").tags("t"), (message) -> {
			calls.incrementAndGet();
			messages.add(message);
		});
		Message message = messages.poll(60, TimeUnit.SECONDS);
		assertThat(message.id()).isEqualTo(id);
		assertThat(message.state()).isEqualTo(MessageState.COMPLETED);
		assertThat(message.attempt()).isOne();
		assertThat(message.payload(String.class)).isEqualTo("a");
		assertThat(message.result(String.class)).isEqualTo("done a");
		assertThat(message.tags()).containsExactly("t");
		assertThat(message.finishedAt()).isNotNull();
		this.operations.retry(id);
		this.operations.drain(LONG);
		assertThat(calls).hasValue(1);
		assertNobodyWaits();
	}

	@Test
	void callbackWhenNothingIsKeptGetsWhatIsKnown() throws Exception {
		open((builder) -> builder
			.retention(new Retention(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, 0)));
		host((payload, context) -> "done " + payload);
		LinkedBlockingQueue<Message> messages = new LinkedBlockingQueue<>();
		MessageId id = this.operations.enqueue(message().payload("a").header("h", "1"), messages::add);
		Message message = messages.poll(60, TimeUnit.SECONDS);
		assertThat(message.id()).isEqualTo(id);
		assertThat(message.state()).isEqualTo(MessageState.COMPLETED);
		assertThat(message.attempt()).isOne();
		assertThat(message.payload(String.class)).isEqualTo("a");
		assertThat(message.result(String.class)).isEqualTo("done a");
		assertThat(message.headers()).containsEntry("h", "1");
	}

	@Test
	void callbackMayBlockAndThrow() throws Exception {
		open();
		host((payload, context) -> payload);
		CountDownLatch rest = new CountDownLatch(50);
		CountDownLatch never = new CountDownLatch(1);
		for (int i = 0; i < 50; i++) {
			int number = i;
			this.operations.enqueue(message(), (message) -> {
				rest.countDown();
				if (number % 2 == 0) {
					throw new IllegalStateException("thrown on purpose");
				}
				try {
					never.await();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			});
		}
		awaitLatch(rest);
		assertThat(this.operations.submit(message().payload("a"), String.class)).succeedsWithin(LONG);
		never.countDown();
	}

}
