package io.github.queuesqlite;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.message.DuplicateMessageException;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewGroup;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.OnDuplicate;
import io.github.queuesqlite.message.PayloadException;
import io.github.queuesqlite.message.Priority;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskDefinition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/** Tests of the ways in, but for bulk and transactions. */
class EnqueueTests extends QueueTester {

	record Welcome(String to, int number) {

	}

	@Test
	void enqueueStoresWhatTheSenderSaid() {
		openWithClock();
		Instant expiry = now().plusSeconds(60);
		MessageId id = this.operations.enqueue(message().payload(new Welcome("ada", 1))
			.queue("mail")
			.priority(7)
			.runAt(now().plusMillis(500))
			.expiresAt(expiry)
			.idempotencyKey("key")
			.uniqueKey("unique")
			.orderingKey("order")
			.source("test")
			.tags("a", "b")
			.header("h", "1")
			.metadata(Map.of("m", 2))
			.maxRetries(4));
		Message message = find(id);
		assertThat(message.id()).isEqualTo(id);
		assertThat(message.task()).isEqualTo(TASK);
		assertThat(message.queue()).isEqualTo("mail");
		assertThat(message.state()).isEqualTo(MessageState.SCHEDULED);
		assertThat(message.priority()).isEqualTo(7);
		assertThat(message.attempt()).isZero();
		assertThat(message.maxAttempts()).isEqualTo(5);
		assertThat(message.createdAt()).isEqualTo(now());
		assertThat(message.runAt()).isEqualTo(now().plusMillis(500));
		assertThat(message.startedAt()).isNull();
		assertThat(message.finishedAt()).isNull();
		assertThat(message.expiresAt()).isEqualTo(expiry);
		assertThat(message.idempotencyKey()).isEqualTo("key");
		assertThat(message.orderingKey()).isEqualTo("order");
		assertThat(message.uniqueKey()).isEqualTo("unique");
		assertThat(message.source()).isEqualTo("test");
		assertThat(message.tags()).containsExactly("a", "b");
		assertThat(message.headers()).containsExactly(Map.entry("h", "1"));
		assertThat(message.metadata()).containsExactly(Map.entry("m", 2));
		assertThat(message.payload(Welcome.class)).isEqualTo(new Welcome("ada", 1));
		assertThat(message.rawPayload()).asString().isEqualTo("{\"to\":\"ada\",\"number\":1}");
		assertThat(message.result(String.class)).isNull();
		assertThat(message.rawResult()).isNull();
		assertThat(message.lastError()).isNull();
	}

	@Test
	void enqueueWhenSenderSaysLittleUsesDefaults() {
		openWithClock();
		Message message = find(this.operations.enqueue(TASK, null));
		assertThat(message.queue()).isEqualTo("default");
		assertThat(message.priority()).isEqualTo(Priority.NORMAL.value());
		assertThat(message.state()).isEqualTo(MessageState.READY);
		assertThat(message.runAt()).isEqualTo(now());
		assertThat(message.expiresAt()).isNull();
		assertThat(message.maxAttempts()).isNull();
		assertThat(message.payload(String.class)).isNull();
		assertThat(message.rawPayload()).isEmpty();
		assertThat(message.tags()).isEmpty();
	}

	@Test
	void enqueueWhenTaskIsHostedUsesWhatItDeclares() {
		openWithClock();
		this.queue.tasks()
			.register(TaskDefinition.builder(TASK, String.class, (payload, context) -> null)
				.queue("mail")
				.priority(Priority.HIGH.value())
				.timeToLive(Duration.ofMinutes(1))
				.retryPolicy(new RetryPolicy(9, Duration.ZERO, 1, Duration.ZERO, 0))
				.build());
		Message message = find(this.operations.enqueue(TASK, "x"));
		assertThat(message.queue()).isEqualTo("mail");
		assertThat(message.priority()).isEqualTo(Priority.HIGH.value());
		assertThat(message.expiresAt()).isEqualTo(now().plusSeconds(60));
		assertThat(message.maxAttempts()).isEqualTo(10);
		Message other = find(this.operations
			.enqueue(message().queue("other").priority(Priority.LOW).timeToLive(Duration.ofHours(1)).maxRetries(0)));
		assertThat(other.queue()).isEqualTo("other");
		assertThat(other.priority()).isEqualTo(Priority.LOW.value());
		assertThat(other.expiresAt()).isEqualTo(now().plusSeconds(3600));
		assertThat(other.maxAttempts()).isOne();
	}

	@Test
	void enqueueWhenItsTaskDeclaresNoRetriesHasThoseOfTheQueue() {
		openWithClock();
		this.queue.tasks().register(TASK, String.class, (payload, context) -> null);
		assertThat(find(this.operations.enqueue(TASK, "x")).maxAttempts()).isEqualTo(4);
	}

	@Test
	void enqueueWhenDueTimeIsPastMeansNow() {
		openWithClock();
		for (Instant past : List.of(Instant.MIN, Instant.EPOCH, now().minusNanos(1), now())) {
			Message message = find(this.operations.enqueue(message().runAt(past)));
			assertThat(message.runAt()).isEqualTo(now());
			assertThat(message.state()).isEqualTo(MessageState.READY);
		}
	}

	@Test
	void enqueueWhenTimeIsFinerThanStoredIsNeverEarly() {
		openWithClock();
		assertThat(find(this.operations.enqueue(message().delay(Duration.ofNanos(1)))).runAt())
			.isEqualTo(now().plusMillis(1));
		assertThat(find(this.operations.enqueue(message().runAt(now().plusNanos(1_000_001)))).runAt())
			.isEqualTo(now().plusMillis(2));
	}

	@Test
	void enqueueWhenTimesAreOutOfRangeStoresNothing() {
		openWithClock();
		for (NewMessage wrong : List.of(message().runAt(Instant.MAX),
				message().runAt(now().plus(NewMessage.MAX_AHEAD).plusMillis(1)), message().expiresAt(now()),
				message().expiresAt(Instant.MIN), message().expiresAt(Instant.MAX))) {
			assertThatIllegalArgumentException().isThrownBy(() -> this.operations.enqueue(wrong))
				.withMessageMatching("'(runAt|expiresAt)' must be .*36525 days ahead, was .*");
			assertThatIllegalArgumentException().isThrownBy(() -> this.operations.enqueueAsync(wrong));
			assertThatIllegalArgumentException().isThrownBy(() -> this.operations.submit(wrong, String.class));
			assertThatIllegalArgumentException()
				.isThrownBy(() -> this.operations.enqueueAll(List.of(message(), wrong)));
		}
		assertThat(all()).isEmpty();
	}

	@Test
	void enqueueWhenFarthestTimesAreAskedForStoresThem() {
		openWithClock();
		Instant far = now().plus(NewMessage.MAX_AHEAD);
		Message message = find(this.operations.enqueue(message().runAt(far).expiresAt(far)));
		assertThat(message.runAt()).isEqualTo(far);
		assertThat(message.expiresAt()).isEqualTo(far);
	}

	@Test
	void enqueueWhenNullIsGivenSaysWhat() {
		open();
		assertThatNullPointerException().isThrownBy(() -> this.operations.enqueue((NewMessage) null))
			.withMessageContaining("'message'");
		assertThatNullPointerException().isThrownBy(() -> this.operations.enqueue(null, "payload"))
			.withMessageContaining("'task'");
		assertThatNullPointerException().isThrownBy(() -> this.operations.enqueue(message(), null))
			.withMessageContaining("'callback'");
		assertThatNullPointerException().isThrownBy(() -> this.operations.submit(message(), (Class<String>) null))
			.withMessageContaining("'resultType'");
		assertThat(all()).isEmpty();
	}

	@Test
	void enqueueWhenAWorkingProcessHasNotTheTaskWarnsOfItOnce() {
		try (LogLines log = LogLines.of(Lanes.class)) {
			open();
			this.operations.enqueue(message());
			assertThat(log.lines()).isEmpty();
			this.queue.tasks().register("mail.sent", String.class, (payload, context) -> null);
			this.operations.enqueue(NewMessage.to("mail.sent"));
			this.operations.enqueueGroup(NewGroup.of(List.of(NewMessage.to("mail.sent"))));
			assertThat(log.lines()).isEmpty();
			this.operations.enqueue(message());
			this.operations.enqueue(message());
			this.operations.enqueue(message().queue("elsewhere"));
			assertThat(log.lines()).containsExactly(
					"WARN Messages of task 'mail.send' are accepted, but this process has no handler for it: they wait"
							+ " until a process has one. Is the name right? It has handlers for [mail.sent, noop]",
					"WARN Messages for queue 'elsewhere' are accepted, but no worker of this process serves it: no task"
							+ " declares it, it has no settings, and nobody has received from it");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "a b", "a/b", "a\nb" })
	void enqueueWhenTaskNameIsMalformedIsRefused(String task) {
		open();
		assertThatIllegalArgumentException().isThrownBy(() -> this.operations.enqueue(task, "x"))
			.withMessageContaining("'task'");
		assertThatIllegalArgumentException().isThrownBy(() -> this.operations.enqueue("x".repeat(201), "x"))
			.withMessageContaining("had 201");
	}

	@Test
	void enqueueWhenPayloadCannotBeWrittenStoresNothing() {
		open();
		assertThatExceptionOfType(PayloadException.class)
			.isThrownBy(() -> this.operations.enqueue(TASK, new Unwritable()))
			.withMessageContaining(TASK)
			.withMessageContaining("Unwritable");
		assertThat(all()).isEmpty();
	}

	@Test
	void enqueueWhenPayloadIsTooLargeStoresNothing() {
		open((builder) -> builder.maxPayloadSize(100));
		assertThatExceptionOfType(PayloadException.class).isThrownBy(() -> this.operations.enqueue(TASK, new byte[101]))
			.withMessageContaining("101")
			.withMessageContaining("100");
		assertThatExceptionOfType(PayloadException.class)
			.isThrownBy(() -> this.operations.enqueue(message().header("h", "x".repeat(200))))
			.withMessageContaining("100");
		assertThat(all()).isEmpty();
		MessageId id = this.operations.enqueue(TASK, new byte[100]);
		assertThat(find(id).payload(byte[].class)).hasSize(100);
	}

	@Test
	void enqueueWhenInterceptorsChangeTheMessageStoresWhatTheLastMade() {
		open((builder) -> builder.enqueueInterceptor((message) -> message.header("order", "1"))
			.enqueueInterceptor((message) -> message.header("order", message.headers().get("order") + "2")));
		MessageId id = this.operations.enqueue(TASK, null);
		assertThat(find(id).headers()).containsExactly(Map.entry("order", "12"));
	}

	@Test
	void enqueueWhenInterceptorReturnsNullNamesIt() {
		open((builder) -> builder.enqueueInterceptor((message) -> null));
		assertThatIllegalStateException().isThrownBy(() -> this.operations.enqueue(TASK, null))
			.withMessageContaining("EnqueueTests")
			.withMessageContaining("returned null")
			.withMessageContaining(TASK);
		assertThat(all()).isEmpty();
	}

	@Test
	void enqueueWhenInterceptorThrowsStoresNothing() {
		UnsupportedOperationException thrown = new UnsupportedOperationException("no tenant");
		open((builder) -> builder.enqueueInterceptor((message) -> {
			throw thrown;
		}));
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> this.operations.enqueueAll(List.of(message(), message())))
			.isSameAs(thrown);
		assertThat(all()).isEmpty();
	}

	@Test
	void enqueueWhenKeyIsTakenReturnsTheExisting() {
		open();
		MessageId first = this.operations.enqueue(message().idempotencyKey("key").payload("first"));
		assertThat(this.operations.enqueue(message().idempotencyKey("key").payload("second"))).isEqualTo(first);
		assertThat(this.operations.findByKey("key").orElseThrow().payload(String.class)).isEqualTo("first");
		assertThat(all()).hasSize(1);
		assertThat(this.operations.findByKey("other")).isEmpty();
	}

	@Test
	void enqueueWhenKeyIsTakenAndAskedToThrowNamesTheExisting() {
		open();
		MessageId first = this.operations.enqueue(message().uniqueKey("key"));
		NewMessage second = message().uniqueKey("key").onDuplicate(OnDuplicate.THROW);
		assertThatExceptionOfType(DuplicateMessageException.class).isThrownBy(() -> this.operations.enqueue(second))
			.withMessageContaining("'key'")
			.withMessageContaining(first.toString())
			.satisfies((ex) -> assertThat(ex.existingId()).isEqualTo(first));
		assertThat(this.operations.enqueueAsync(second)).failsWithin(LONG)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(DuplicateMessageException.class);
		assertThat(all()).hasSize(1);
	}

	@Test
	void enqueueWhenSameUniqueKeyIsOfAnotherTaskStoresBoth() {
		open();
		this.operations.enqueue(message().uniqueKey("key"));
		this.operations.enqueue(NewMessage.to("other").uniqueKey("key"));
		assertThat(all()).hasSize(2);
	}

	@Test
	void enqueueAsyncCompletesAfterTheCommit() throws Exception {
		open();
		List<CompletableFuture<MessageId>> futures = new ArrayList<>();
		for (int i = 0; i < 500; i++) {
			futures.add(this.operations.enqueueAsync(message().payload(i)));
		}
		for (int i = 0; i < futures.size(); i++) {
			MessageId id = futures.get(i).get(60, TimeUnit.SECONDS);
			assertThat(find(id).payload(Integer.class)).isEqualTo(i);
		}
		assertThat(this.operations.length()).isEqualTo(500);
	}

	@Test
	void enqueueAsyncWhenDependentBlocksDelaysNobody() throws Exception {
		open();
		CompletableFuture<Void> never = new CompletableFuture<>();
		Thread caller = Thread.currentThread();
		for (int i = 0; i < 20; i++) {
			this.operations.enqueueAsync(message()).thenAccept((id) -> {
				// Here, when the commit was there first.
				if (Thread.currentThread() != caller) {
					never.join();
				}
			});
		}
		for (int i = 0; i < 100; i++) {
			this.operations.enqueueAsync(message())
				.thenApply(this.operations::find)
				.thenAccept((found) -> assertThat(found).isPresent())
				.thenApply((done) -> this.operations.enqueue(TASK, "from a dependent"))
				.get(60, TimeUnit.SECONDS);
		}
		never.complete(null);
		assertThat(this.operations.length()).isEqualTo(220);
	}

	@Test
	void enqueueWhenInterruptedKeepsTheFlagAndNamesTheMessage() {
		open();
		Thread.currentThread().interrupt();
		try {
			this.operations.enqueue(TASK, "x");
			// The commit may have been there before the wait began.
			assertThat(Thread.interrupted()).isTrue();
		}
		catch (QueueException ex) {
			assertThat(Thread.interrupted()).isTrue();
			assertThat(ex.messageId()).isNotNull();
			assertThat(ex).hasMessageContaining(String.valueOf(ex.messageId()));
		}
	}

	@Test
	void enqueueWhenClosedIsRefused() {
		open();
		this.queue.close();
		assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(() -> this.operations.enqueue(TASK, null))
			.withMessageContaining("closed");
		assertThatExceptionOfType(StoreUnavailableException.class)
			.isThrownBy(() -> this.operations.enqueueAsync(message()))
			.withMessageContaining("closed");
		assertThatExceptionOfType(StoreUnavailableException.class)
			.isThrownBy(() -> this.operations.enqueueAll(List.of(message())))
			.withMessageContaining("closed");
		assertThatExceptionOfType(StoreUnavailableException.class)
			.isThrownBy(() -> this.operations.find(new MessageId(1)))
			.withMessageContaining("closed");
	}

	/** Jackson fails on its getter. */
	static final class Unwritable {

		public String getValue() {
			throw new UnsupportedOperationException("cannot be read");
		}

	}

}
