package io.github.queuesqlite;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import io.github.queuesqlite.message.LeaseLostException;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.task.BatchFailedException;
import io.github.queuesqlite.task.BatchHandler;
import io.github.queuesqlite.task.Delivery;
import io.github.queuesqlite.task.PermanentTaskException;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.RetryTaskException;
import io.github.queuesqlite.task.TaskContext;
import io.github.queuesqlite.task.TaskDefinition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

/** Handlers that get several messages in one call. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BatchTests extends ProcessTester {

	private static final RetryPolicy SOON = new RetryPolicy(3, Duration.ofMillis(10), 2, Duration.ofMillis(50), 0);

	/** The payloads of each call, in the order of the calls. */
	private final Queue<List<String>> calls = new ConcurrentLinkedQueue<>();

	private TaskDefinition.Builder<String> batch(BatchHandler<String> handler) {
		return TaskDefinition.batch(TASK, String.class, (payloads, runs) -> {
			this.calls.add(new ArrayList<>(payloads));
			return handler.handle(payloads, runs);
		}).retryPolicy(SOON);
	}

	/** Its first call hangs until it is interrupted. */
	private TaskDefinition.Builder<String> hangsAtFirst(CountDownLatch interrupted,
			Consumer<List<TaskContext>> before) {
		AtomicInteger callsBefore = new AtomicInteger();
		return batch((payloads, runs) -> {
			if (callsBefore.getAndIncrement() == 0) {
				before.accept(runs);
				try {
					new CountDownLatch(1).await();
				}
				catch (InterruptedException ex) {
					interrupted.countDown();
				}
			}
			return null;
		});
	}

	/** One shard, one call at a time: what is handed in before the start is together. */
	private void openOne() {
		open((builder) -> builder.shards(1).concurrency(1));
	}

	private List<MessageId> enqueue(String... payloads) {
		return this.operations
			.enqueueAll(Arrays.stream(payloads).map((payload) -> message().payload(payload)).toList());
	}

	private void start(TaskDefinition<?> task) {
		this.queue.tasks().register(task);
		this.queue.start();
	}

	private void awaitEnded(int messages) {
		await().atMost(LONG).until(() -> {
			List<Message> all = all();
			return all.size() == messages && all.stream().allMatch((message) -> message.finishedAt() != null);
		});
	}

	// --- what is in a batch

	@Test
	void handlerGetsWhatWaitsUpToTheSizeOfABatchInClaimOrder() {
		openOne();
		String[] payloads = IntStream.range(0, 25).mapToObj((i) -> "m" + i).toArray(String[]::new);
		List<MessageId> ids = enqueue(payloads);
		Queue<MessageId> seen = new ConcurrentLinkedQueue<>();
		start(batch((batch, runs) -> {
			assertThat(runs).hasSameSizeAs(batch);
			runs.stream().map(TaskContext::id).forEach(seen::add);
			assertThat(runs).extracting((run) -> run.message().payload(String.class)).isEqualTo(batch);
			return null;
		}).batchSize(10).build());
		awaitEnded(25);
		assertThat(this.calls).extracting(List::size).containsExactly(10, 10, 5);
		assertThat(this.calls.stream().flatMap(List::stream)).containsExactly(payloads);
		assertThat(seen).containsExactlyElementsOf(ids);
		assertThat(all()).allMatch((message) -> message.state() == MessageState.COMPLETED && message.attempt() == 1);
	}

	@Test
	void batchesStandBesideSingleMessagesInTheOrderOfTheirPriorities() {
		openOne();
		enqueue("a", "b", "c");
		this.operations.enqueue(NewMessage.to("single").payload("s").priority(9));
		this.operations.enqueue(NewMessage.to("single").payload("t").priority(-9));
		this.queue.tasks().register("single", String.class, (payload, run) -> {
			this.calls.add(List.of("single", payload));
			return null;
		});
		start(batch((payloads, runs) -> null).build());
		awaitEnded(5);
		assertThat(this.calls).containsExactly(List.of("single", "s"), List.of("a", "b", "c"), List.of("single", "t"));
	}

	@Test
	void handlerGetsNullForAMessageWithoutPayload() {
		openOne();
		this.operations.enqueue(message());
		enqueue("a");
		start(batch((payloads, runs) -> null).build());
		awaitEnded(2);
		assertThat(this.calls).containsExactly(Arrays.asList(null, "a"));
	}

	@Test
	void batchHasNeverTwoMessagesOfOneOrderingKey() {
		openOne();
		for (int i = 0; i < 12; i++) {
			this.operations.enqueue(message().payload("k" + i % 2 + "." + i).orderingKey("k" + i % 2));
		}
		start(batch((payloads, runs) -> null).build());
		awaitEnded(12);
		assertThat(this.calls).allSatisfy(
				(call) -> assertThat(call.stream().map((payload) -> payload.substring(0, 2))).doesNotHaveDuplicates());
		for (String key : List.of("k0", "k1")) {
			assertThat(this.calls.stream().flatMap(List::stream).filter((payload) -> payload.startsWith(key)))
				.isSortedAccordingTo((a, b) -> Integer.parseInt(a.substring(3)) - Integer.parseInt(b.substring(3)));
		}
	}

	// --- how its messages end

	@Test
	void messagesHaveTheResultsOfTheListInTheirOrder() {
		openOne();
		List<CompletableFuture<String>> results = List.of(this.operations.submit(message().payload("a"), String.class),
				this.operations.submit(message().payload("b"), String.class),
				this.operations.submit(message().payload("c"), String.class));
		start(batch((payloads,
				runs) -> payloads.stream().map((payload) -> payload.equals("b") ? null : payload + "!").toList())
			.build());
		assertThat(results.get(0)).succeedsWithin(LONG).isEqualTo("a!");
		assertThat(results.get(1)).succeedsWithin(LONG).isNull();
		assertThat(results.get(2)).succeedsWithin(LONG).isEqualTo("c!");
	}

	@Test
	void messagesThatTheExceptionNamesFailAndTheOthersComplete() {
		openOne();
		List<MessageId> ids = enqueue("good", "bad", "fine", "gone", "later");
		start(batch((payloads, runs) -> {
			if (payloads.size() == 5) {
				throw new BatchFailedException(
						Map.of(1, new IllegalStateException("no"), 3, new PermanentTaskException("never"), 4,
								new RetryTaskException(Duration.ofMillis(10), "busy").withoutAttempt()),
						List.of("r0", "r1", "r2", "r3", "r4"));
			}
			return null;
		}).build());
		awaitEnded(5);
		assertThat(find(ids.get(0)).result(String.class)).isEqualTo("r0");
		assertThat(find(ids.get(2)).result(String.class)).isEqualTo("r2");
		assertThat(List.of(find(ids.get(0)), find(ids.get(2)))).allMatch((message) -> message.attempt() == 1);
		assertThat(find(ids.get(1)).state()).isEqualTo(MessageState.COMPLETED);
		assertThat(find(ids.get(1)).attempt()).isEqualTo(2);
		assertThat(find(ids.get(1)).lastError().message()).isEqualTo("no");
		assertThat(find(ids.get(3)).state()).isEqualTo(MessageState.DEAD);
		assertThat(find(ids.get(3)).lastError().message()).isEqualTo("never");
		assertThat(find(ids.get(4)).state()).isEqualTo(MessageState.COMPLETED);
		assertThat(find(ids.get(4)).attempt()).isOne();
	}

	@Test
	void messagesAllFailWhenTheHandlerThrowsAndEachKeepsItsOwnAttempts() {
		openOne();
		MessageId one = this.operations.enqueue(message().payload("one").maxRetries(0));
		MessageId two = this.operations.enqueue(message().payload("two").maxRetries(1));
		start(batch((payloads, runs) -> {
			throw new IllegalStateException("down");
		}).build());
		awaitEnded(2);
		assertThat(all()).allSatisfy((message) -> {
			assertThat(message.state()).isEqualTo(MessageState.DEAD);
			assertThat(message.lastError().message()).isEqualTo("down");
		});
		assertThat(find(one).attempt()).isOne();
		assertThat(find(two).attempt()).isEqualTo(2);
		assertThat(this.calls).containsExactly(List.of("one", "two"), List.of("two"));
	}

	@Test
	void messageWhosePayloadCannotBeReadIsDeadAlone() {
		openOne();
		MessageId first = this.operations.enqueue(message().payload("a"));
		MessageId unreadable = this.operations.enqueue(message().payload(List.of(1, 2)));
		MessageId last = this.operations.enqueue(message().payload("b"));
		start(batch((payloads, runs) -> null).build());
		awaitEnded(3);
		assertThat(this.calls).containsExactly(List.of("a", "b"));
		assertThat(state(unreadable)).isEqualTo(MessageState.DEAD);
		assertThat(find(unreadable).lastError().message()).startsWith("The payload cannot be read: ");
		assertThat(List.of(state(first), state(last))).containsOnly(MessageState.COMPLETED);
	}

	@Test
	void batchOfUnreadableMessagesOnlyCallsNobody() {
		openOne();
		this.operations.enqueue(message().payload(List.of(1)));
		this.operations.enqueue(message().payload(List.of(2)));
		start(batch((payloads, runs) -> null).build());
		awaitEnded(2);
		assertThat(all()).allMatch((message) -> message.state() == MessageState.DEAD);
		MessageId next = this.operations.enqueue(message().payload("a"));
		await().atMost(LONG).until(() -> state(next) == MessageState.COMPLETED);
		assertThat(this.calls).containsExactly(List.of("a"));
	}

	@Test
	void messagesAllFailWhenTheExceptionNamesOneThatIsNotThere() {
		openOne();
		MessageId id = this.operations.enqueue(message().payload("a").maxRetries(0));
		start(batch((payloads, runs) -> {
			throw new BatchFailedException(Map.of(1, new IllegalStateException("no")));
		}).build());
		awaitEnded(1);
		assertThat(state(id)).isEqualTo(MessageState.DEAD);
		assertThat(find(id).lastError().message())
			.isEqualTo("The handler says that message 1 of its batch failed, which had 1 messages, from 0");
	}

	@Test
	void resultThatIsNoListOfAsManyIsAnErrorUnlessResultsAreNotStored() {
		openOne();
		MessageId id = this.operations.enqueue(message().payload("a"));
		this.queue.tasks()
			.register(TaskDefinition.batch("unstored", String.class, (payloads, runs) -> "text")
				.storeResult(false)
				.build());
		MessageId unstored = this.operations.enqueue("unstored", "a");
		start(batch((payloads, runs) -> List.of("x", "y")).build());
		awaitEnded(2);
		assertThat(find(id).state()).isEqualTo(MessageState.DEAD);
		assertThat(find(id).lastError().message())
			.isEqualTo("The handler of a batch must return null or a list with a result for each of 1 messages, "
					+ "returned a list of 2");
		assertThat(find(unstored).state()).isEqualTo(MessageState.COMPLETED);
	}

	@Test
	void stageIsWaitedForAndMayFailSome() {
		openOne();
		List<MessageId> ids = enqueue("a", "b");
		start(batch((payloads, runs) -> CompletableFuture.supplyAsync(() -> {
			if (payloads.size() == 2) {
				throw new BatchFailedException(Map.of(0, new IllegalStateException("no")));
			}
			return List.of("done");
		}, CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS))).build());
		awaitEnded(2);
		assertThat(find(ids.get(0)).result(String.class)).isEqualTo("done");
		assertThat(find(ids.get(0)).attempt()).isEqualTo(2);
		assertThat(find(ids.get(1)).attempt()).isOne();
	}

	@Test
	void executorOfTheTaskRunsBatches() {
		openOne();
		enqueue("a", "b");
		ExecutorService executor = Executors.newSingleThreadExecutor((task) -> new Thread(task, "mine"));
		AtomicReference<String> thread = new AtomicReference<>();
		try {
			start(batch((payloads, runs) -> {
				thread.set(Thread.currentThread().getName());
				return null;
			}).executor(executor).build());
			awaitEnded(2);
		}
		finally {
			executor.shutdown();
		}
		assertThat(thread).hasValue("mine");
		assertThat(this.calls).containsExactly(List.of("a", "b"));
	}

	@Test
	void interceptorsSeeAllRuns() {
		AtomicReference<List<MessageId>> seen = new AtomicReference<>();
		open((builder) -> builder.shards(1).concurrency(1).interceptor((invocation) -> {
			assertThat(invocation.payload()).isEqualTo(List.of("a", "b"));
			assertThat(invocation.context().id()).isEqualTo(invocation.contexts().get(0).id());
			seen.set(invocation.contexts().stream().map(TaskContext::id).toList());
			return invocation.proceed();
		}));
		List<MessageId> ids = enqueue("a", "b");
		start(batch((payloads, runs) -> null).build());
		awaitEnded(2);
		assertThat(seen).hasValue(ids);
	}

	// --- time, cancel, stop

	@Test
	void messagesTimeOutEachByItself() throws Exception {
		openOne();
		List<MessageId> ids = enqueue("short", "long");
		CountDownLatch ended = new CountDownLatch(1);
		start(batch((payloads, runs) -> {
			if (payloads.size() == 1) {
				return null;
			}
			timeOutIn(Duration.ofMillis(200), runs.get(0));
			await().atMost(LONG).until(() -> runs.get(0).isCancelled());
			assertThat(runs.get(1).isCancelled()).isFalse();
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
			ended.countDown();
			return null;
		}).build());
		awaitLatch(ended);
		awaitEnded(2);
		assertThat(find(ids.get(0)).attempt()).isEqualTo(2);
		assertThat(find(ids.get(0)).lastError().type()).isEqualTo("Timeout");
		assertThat(find(ids.get(1)).attempt()).isOne();
		assertThat(find(ids.get(1)).lastError()).isNull();
	}

	private static void timeOutIn(Duration duration, TaskContext run) {
		try {
			run.extend(duration);
		}
		catch (LeaseLostException ex) {
			// Its time is over already.
		}
	}

	@Test
	void handlerIsInterruptedWhenTheTimeOfAllIsOver() throws Exception {
		openOne();
		enqueue("a", "b");
		CountDownLatch interrupted = new CountDownLatch(1);
		start(hangsAtFirst(interrupted, (runs) -> {
		}).timeout(Duration.ofMillis(100)).build());
		awaitLatch(interrupted);
		awaitEnded(2);
		// More where the next attempt was slow, too.
		assertThat(all()).allMatch((message) -> message.attempt() >= 2);
	}

	@Test
	void handlerIsInterruptedWhenTheTimeOfTheLastOneIsOver() throws Exception {
		openOne();
		enqueue("a", "b");
		CountDownLatch interrupted = new CountDownLatch(1);
		start(hangsAtFirst(interrupted, (runs) -> {
			timeOutIn(Duration.ofMillis(600), runs.get(1));
			timeOutIn(Duration.ofMillis(300), runs.get(0));
		}).build());
		awaitLatch(interrupted);
		awaitEnded(2);
	}

	@Test
	void cancelOfOneThatRunsDisturbsNoOther() throws Exception {
		openOne();
		List<MessageId> ids = enqueue("a", "b");
		CountDownLatch started = new CountDownLatch(1);
		start(batch((payloads, runs) -> {
			started.countDown();
			await().atMost(LONG).until(() -> runs.get(0).isCancelled());
			assertThat(runs.get(1).isCancelled()).isFalse();
			throw new BatchFailedException(Map.of(0, new IllegalStateException("was cancelled")));
		}).build());
		awaitLatch(started);
		assertThat(this.operations.cancel(ids.get(0))).isTrue();
		awaitEnded(2);
		assertThat(state(ids.get(0))).isEqualTo(MessageState.CANCELLED);
		assertThat(state(ids.get(1))).isEqualTo(MessageState.COMPLETED);
	}

	@Test
	void handlerIsInterruptedWhenAllAreCancelled() throws Exception {
		openOne();
		List<MessageId> ids = enqueue("a", "b");
		CountDownLatch started = new CountDownLatch(1);
		start(batch((payloads, runs) -> {
			started.countDown();
			new CountDownLatch(1).await();
			return null;
		}).build());
		awaitLatch(started);
		ids.forEach(this.operations::cancel);
		awaitEnded(2);
		assertThat(all()).allMatch((message) -> message.state() == MessageState.CANCELLED);
	}

	@Test
	void closeWhenABatchRunsGivesItsMessagesBackUncounted() throws Exception {
		open((builder) -> builder.shards(1).concurrency(1).drainTimeout(Duration.ofMillis(50)));
		enqueue("a", "b");
		CountDownLatch started = new CountDownLatch(1);
		start(batch((payloads, runs) -> {
			started.countDown();
			new CountDownLatch(1).await();
			return null;
		}).build());
		awaitLatch(started);
		this.queue.stop();
		// It waits a second for an interrupted handler, which may need longer.
		await().atMost(LONG).until(() -> this.operations.stats().count(MessageState.RUNNING) == 0);
		this.queue.close();
		open();
		assertThat(all()).hasSize(2)
			.allMatch((message) -> message.state() == MessageState.READY && message.attempt() == 0);
	}

	@Test
	void pauseGivesBackWhatHasNotBegun() throws Exception {
		openOne();
		CountDownLatch blocked = new CountDownLatch(1);
		CountDownLatch started = new CountDownLatch(1);
		this.queue.tasks().register("block", String.class, (payload, run) -> {
			started.countDown();
			blocked.await();
			return null;
		});
		start(batch((payloads, runs) -> null).build());
		this.operations.enqueue("block", "a");
		awaitLatch(started);
		this.operations.pause("default");
		enqueue("a", "b");
		blocked.countDown();
		await().atMost(LONG).until(() -> this.operations.stats().count(MessageState.RUNNING) == 0);
		assertThat(this.calls).isEmpty();
		this.operations.resume("default");
		awaitEnded(3);
		assertThat(this.calls).containsExactly(List.of("a", "b"));
	}

	// --- limits

	@Test
	void maxConcurrentCountsCalls() {
		open((builder) -> builder.shards(2).concurrency(4));
		AtomicInteger running = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		String[] payloads = IntStream.range(0, 60).mapToObj((i) -> "m" + i).toArray(String[]::new);
		enqueue(payloads);
		start(batch((batch, runs) -> {
			most.accumulateAndGet(running.incrementAndGet(), Math::max);
			Thread.sleep(5);
			running.decrementAndGet();
			return null;
		}).batchSize(10).maxConcurrent(1).build());
		awaitEnded(60);
		assertThat(most).hasValue(1);
		assertThat(this.calls.stream().flatMap(List::stream)).containsExactlyInAnyOrder(payloads);
		assertThat(this.calls).extracting(List::size).contains(10);
		assertThat(this.calls).hasSizeLessThan(15);
	}

	@Test
	void lockIsHeldForACall() {
		openOne();
		enqueue("a", "b", "c");
		start(batch((payloads, runs) -> null).lock("one").build());
		awaitEnded(3);
		assertThat(this.calls).containsExactly(List.of("a", "b", "c"));
		enqueue("d", "e");
		awaitEnded(5);
		assertThat(this.calls.stream().flatMap(List::stream)).containsExactly("a", "b", "c", "d", "e");
	}

	// --- processes

	@Test
	void messagesOfABatchWhoseProcessIsKilledRunAgainOneByOne() throws Exception {
		openOne();
		enqueue(IntStream.range(0, 20).mapToObj((i) -> "m" + i).toArray(String[]::new));
		Process child = start(BatchChild.class, "hang");
		awaitRuns("start", 1);
		List<String> together = messages(runs("start").get(0));
		assertThat(together).hasSize(20);
		kill(child);
		start(BatchChild.class);
		awaitEnded(20);
		List<String> again = runs("start").subList(1, runs("start").size());
		assertThat(again).hasSize(20).allSatisfy((line) -> assertThat(messages(line)).hasSize(1));
		assertThat(again.stream().map((line) -> messages(line).get(0)))
			.containsExactlyInAnyOrderElementsOf(together.stream().map((run) -> run.replace(":1", ":2")).toList());
		assertThat(all()).allMatch((message) -> message.state() == MessageState.COMPLETED && message.attempt() == 2);
	}

	@Test
	void messageThatKillsItsProcessEndsDeadAloneAlthoughItStoodInABatch() throws Exception {
		openOne();
		String[] payloads = IntStream.range(0, 15)
			.mapToObj((i) -> (i == 7) ? "poison" : "m" + i)
			.toArray(String[]::new);
		List<MessageId> ids = enqueue(payloads);
		for (int death = 0; death < 4; death++) {
			assertThat(start(BatchChild.class).waitFor(1, TimeUnit.MINUTES)).isTrue();
		}
		start(BatchChild.class);
		awaitEnded(15);
		assertThat(state(ids.get(7))).isEqualTo(MessageState.DEAD);
		assertThat(this.operations.list(MessageQuery.all().state(MessageState.COMPLETED))).hasSize(14)
			.allSatisfy((message) -> assertThat(message.attempt()).isLessThanOrEqualTo(3));
	}

	@Test
	void messagesWhenTwoProcessesWorkAndAreKilledAllEndAndNoneTwice() throws Exception {
		open((builder) -> builder.shards(2));
		List<Process> children = new ArrayList<>(List.of(start(BatchChild.class), start(BatchChild.class)));
		awaitRuns("ready", 2);
		int messages = 600;
		for (int i = 0; i < messages; i++) {
			this.operations.enqueueAsync(message().payload("m" + i));
			if (i % 200 == 100) {
				awaitRuns("end", 1 + i / 100);
				kill(children.remove(0));
				children.add(start(BatchChild.class));
			}
		}
		await().atMost(Duration.ofMinutes(3)).until(() -> this.operations.length() == 0);
		assertThat(this.operations.stats().count(MessageState.COMPLETED)).isEqualTo(messages);
		List<String> started = runs("start").stream().flatMap((line) -> messages(line).stream()).toList();
		// A message runs again with its next attempt only: each attempt runs once.
		assertThat(started).doesNotHaveDuplicates();
		Set<String> ids = new HashSet<>();
		started.forEach((run) -> ids.add(run.substring(0, run.indexOf(':'))));
		assertThat(ids).hasSize(messages);
	}

	private static List<String> messages(String line) {
		return List.of(line.substring(line.indexOf(' ') + 1).split(","));
	}

	// --- what is refused

	@Test
	void batchWhenItCannotBeIsRefused() {
		BatchHandler<String> handler = (payloads, runs) -> null;
		for (int size : new int[] { -1, 0, 1001 }) {
			assertThatIllegalArgumentException().isThrownBy(() -> batch(handler).batchSize(size))
				.withMessage("'batchSize' must be from 1 to 1000, was " + size);
		}
		assertThatIllegalStateException()
			.isThrownBy(() -> TaskDefinition.builder(TASK, String.class, (payload, run) -> null).batchSize(2))
			.withMessageStartingWith("'batchSize' is for handlers of batches: task 'mail.send' has one of single");
		assertThatIllegalArgumentException().isThrownBy(() -> batch(handler).delivery(Delivery.AT_MOST_ONCE).build())
			.withMessageStartingWith("'delivery' must be AT_LEAST_ONCE for a handler of batches, was AT_MOST_ONCE");
		assertThatNullPointerException().isThrownBy(() -> TaskDefinition.batch(TASK, String.class, null))
			.withMessage("'handler' must not be null");
		assertThat(batch(handler).build().batchSize()).isEqualTo(100);
		assertThat(TaskDefinition.builder(TASK, String.class, (payload, run) -> null).build().batchSize()).isOne();
	}

	@Test
	void failuresWhenTheyAreNoneOrNotOfABatchAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> new BatchFailedException(Map.of()))
			.withMessage("'failures' must name at least one message of the batch");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new BatchFailedException(Map.of(-1, new IllegalStateException())))
			.withMessage("'failures' must have indexes of 0 or more, had -1");
		assertThatNullPointerException().isThrownBy(() -> new BatchFailedException(Collections.singletonMap(0, null)));
	}

}
