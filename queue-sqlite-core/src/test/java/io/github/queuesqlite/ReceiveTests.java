package io.github.queuesqlite;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.LeaseLostException;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.PayloadException;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.task.PermanentTaskException;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.RetryTaskException;
import io.github.queuesqlite.task.TaskDefinition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.core.task.VirtualThreadTaskExecutor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

/**
 * Messages that are pulled instead of handled. Workers do not run unless a test says so.
 */
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReceiveTests extends QueueTester {

	private static final String QUEUE = "default";

	private static final RetryPolicy AT_ONCE = new RetryPolicy(3, Duration.ZERO, 1, Duration.ZERO, 0);

	/** A test may stand still while it holds messages. */
	@Override
	void open(UnaryOperator<EmbeddedQueue.Builder> settings) {
		super.open((builder) -> settings.apply(builder.leaseDuration(Duration.ofMinutes(10))));
	}

	private ClaimedMessage receive() {
		List<ClaimedMessage> received = this.operations.receive(QUEUE, 1, LONG);
		assertThat(received).hasSize(1);
		return received.get(0);
	}

	private List<ClaimedMessage> receiveNow(int max) {
		return this.operations.receive(QUEUE, max, Duration.ZERO);
	}

	private static List<MessageId> ids(List<ClaimedMessage> received) {
		return received.stream().map(ClaimedMessage::id).toList();
	}

	private Failure onlyFailure(MessageId id) {
		List<Failure> failures = this.operations.failures(id);
		assertThat(failures).hasSize(1);
		return failures.get(0);
	}

	// --- what comes

	@Test
	void receiveHandsOutAMessageThatIsRunningAndCounted() {
		open();
		MessageId id = this.operations.enqueue(message().payload(Map.of("to", "ada")).header("tenant", "acme"));
		ClaimedMessage claimed = receive();
		assertThat(claimed.id()).isEqualTo(id);
		Message message = claimed.message();
		assertThat(message.state()).isEqualTo(MessageState.RUNNING);
		assertThat(message.attempt()).isOne();
		assertThat(message.maxAttempts()).isEqualTo(4);
		assertThat(message.headers()).containsEntry("tenant", "acme");
		assertThat(claimed.payload(Map.class)).isEqualTo(Map.of("to", "ada"));
		assertThat(claimed.payload(new ParameterizedTypeReference<Map<String, String>>() {
		})).containsEntry("to", "ada");
		assertThat(claimed.isCancelled()).isFalse();
		assertThat(claimed.fencingToken().run()).isOne();
		assertThat(claimed).hasToString("ClaimedMessage[" + id + " (" + TASK + ")]");
		assertThat(state(id)).isEqualTo(MessageState.RUNNING);
		assertThat(receiveNow(10)).isEmpty();
	}

	@Test
	void receiveTakesWhateverTaskOfItsQueueBestFirst() {
		open((builder) -> builder.shards(1));
		MessageId low = this.operations.enqueue(NewMessage.to("a").priority(0));
		MessageId high = this.operations.enqueue(NewMessage.to("b").priority(3));
		MessageId normal = this.operations.enqueue(NewMessage.to("c"));
		MessageId later = this.operations.enqueue(NewMessage.to("b"));
		this.operations.enqueue(NewMessage.to("a").queue("mail").priority(3));
		assertThat(ids(receiveNow(3))).containsExactly(high, normal, later);
		assertThat(ids(receiveNow(3))).containsExactly(low);
		assertThat(receiveNow(3)).isEmpty();
	}

	@Test
	void receiveWithoutWaitFindsWhatIsThereInWhicheverShard() {
		open((builder) -> builder.shards(5));
		for (int i = 0; i < 30; i++) {
			MessageId id = this.operations.enqueue(message().idempotencyKey("key-" + i));
			assertThat(ids(receiveNow(10))).containsExactly(id);
		}
	}

	@Test
	void receiveOneByOneTakesFromEachShardBeforeAnyIsEmpty() {
		open((builder) -> builder.shards(2));
		for (int i = 0; i < 200; i++) {
			this.operations.enqueue(message().idempotencyKey("key-" + i));
		}
		Set<Integer> shards = new HashSet<>();
		// What goes back leaves none empty, however long the other shard stands still.
		await().pollInterval(Duration.ofMillis(1)).untilAsserted(() -> {
			ClaimedMessage claimed = receive();
			shards.add((int) (claimed.id().value() >>> 16) & 63);
			claimed.release();
			assertThat(shards).hasSize(2);
		});
	}

	@Test
	void receiveWhenNothingComesReturnsAfterTheWait() {
		open();
		long start = System.nanoTime();
		assertThat(this.operations.receive(QUEUE, 1, Duration.ofMillis(50))).isEmpty();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(50));
		assertThat(this.operations.receive("never-heard-of", 1, Duration.ZERO)).isEmpty();
	}

	@Test
	void receiveWhileWaitingGetsWhatIsEnqueued() throws Exception {
		open((builder) -> builder.pollInterval(Duration.ofMinutes(1)));
		CompletableFuture<List<ClaimedMessage>> received = receiveLater(5);
		MessageId id = this.operations.enqueue(TASK, "a");
		assertThat(ids(received.get(20, TimeUnit.SECONDS))).containsExactly(id);
	}

	@Test
	void receiveWhileWaitingGetsWhatBecomesDue() throws Exception {
		open((builder) -> builder.pollInterval(Duration.ofMinutes(1)));
		CompletableFuture<List<ClaimedMessage>> received = receiveLater(5);
		Instant enqueued = Instant.now();
		this.operations.enqueue(message().delay(Duration.ofMillis(200)));
		received.get(20, TimeUnit.SECONDS);
		assertThat(Instant.now()).isAfterOrEqualTo(enqueued.plusMillis(200));
	}

	private CompletableFuture<List<ClaimedMessage>> receiveLater(int max) throws InterruptedException {
		CountDownLatch started = new CountDownLatch(1);
		CompletableFuture<List<ClaimedMessage>> received = CompletableFuture.supplyAsync(() -> {
			started.countDown();
			return this.operations.receive(QUEUE, max, LONG);
		}, QueueTester::onThread);
		awaitLatch(started);
		return received;
	}

	@Test
	void receiveWhenSeveralWaitGivesToEachWhatIsThere() throws Exception {
		open();
		List<CompletableFuture<List<ClaimedMessage>>> waiting = new ArrayList<>();
		ExecutorService threads = Executors.newFixedThreadPool(10);
		try {
			for (int i = 0; i < 10; i++) {
				waiting.add(CompletableFuture.supplyAsync(() -> this.operations.receive(QUEUE, 1, LONG), threads));
			}
			Set<MessageId> enqueued = new HashSet<>(this.operations.enqueueAll(Collections.nCopies(10, message())));
			Set<MessageId> received = new HashSet<>();
			for (CompletableFuture<List<ClaimedMessage>> one : waiting) {
				received.addAll(ids(one.get(60, TimeUnit.SECONDS)));
			}
			assertThat(received).isEqualTo(enqueued);
		}
		finally {
			threads.shutdownNow();
		}
	}

	@Test
	void receiveFetchesNothingAhead() {
		open();
		this.operations.enqueueAll(Collections.nCopies(50, message()));
		List<ClaimedMessage> received = receiveNow(3);
		assertThat(received).hasSizeBetween(1, 3);
		assertThat(this.operations.stats().count(MessageState.RUNNING)).isEqualTo(received.size());
		assertThat(all()).filteredOn((message) -> message.attempt() > 0).hasSize(received.size());
	}

	@Test
	void receiveByManyThreadsBesideHandlersGivesEachMessageOnce() throws Exception {
		open((builder) -> builder.shards(3).concurrency(3));
		Set<MessageId> handled = ConcurrentHashMap.newKeySet();
		Set<MessageId> twice = ConcurrentHashMap.newKeySet();
		Consumer<MessageId> got = (id) -> {
			if (!handled.add(id)) {
				twice.add(id);
			}
		};
		AtomicInteger byHandlers = new AtomicInteger();
		this.queue.tasks().register(TASK, Integer.class, (payload, context) -> {
			got.accept(context.id());
			byHandlers.incrementAndGet();
			Thread.sleep(1);
			return null;
		});
		this.queue.start();
		AtomicInteger byReceivers = new AtomicInteger();
		ExecutorService threads = Executors.newFixedThreadPool(5);
		try {
			List<Future<?>> futures = new ArrayList<>();
			CountDownLatch done = new CountDownLatch(1);
			for (int i = 0; i < 4; i++) {
				int max = 1 + i;
				futures.add(threads.submit(() -> {
					while (done.getCount() > 0) {
						for (ClaimedMessage message : this.operations.receive(QUEUE, max, Duration.ofMillis(20))) {
							got.accept(message.id());
							byReceivers.incrementAndGet();
							message.complete();
						}
					}
				}));
			}
			for (int i = 0; i < 20; i++) {
				this.operations.enqueueAll(Collections.nCopies(60, message()));
			}
			await().atMost(LONG).until(() -> this.operations.stats().count(MessageState.COMPLETED) == 1200);
			done.countDown();
			for (Future<?> future : futures) {
				future.get(60, TimeUnit.SECONDS);
			}
		}
		finally {
			threads.shutdownNow();
		}
		assertThat(twice).isEmpty();
		assertThat(handled).hasSize(1200);
		assertThat(byHandlers.get()).isPositive();
		assertThat(byReceivers.get()).isPositive();
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void receiveOnVirtualThreadsWaitsWithoutHoldingACarrier() throws Exception {
		open();
		VirtualThreadTaskExecutor threads = new VirtualThreadTaskExecutor("receiver-");
		List<CompletableFuture<List<ClaimedMessage>>> waiting = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			waiting.add(CompletableFuture.supplyAsync(() -> this.operations.receive(QUEUE, 1, LONG), threads));
		}
		this.operations.enqueueAll(Collections.nCopies(100, message()));
		for (CompletableFuture<List<ClaimedMessage>> one : waiting) {
			one.get(60, TimeUnit.SECONDS).get(0).complete();
		}
		assertThat(this.operations.stats().count(MessageState.COMPLETED)).isEqualTo(100);
	}

	// --- how it ends

	@Test
	void completeStoresTheResultForThoseWhoWait() {
		open();
		CompletableFuture<String> result = this.operations.submit(message(), String.class);
		ClaimedMessage claimed = receive();
		claimed.complete("done");
		assertThat(state(claimed.id())).isEqualTo(MessageState.COMPLETED);
		assertThat(result).succeedsWithin(LONG).isEqualTo("done");
		assertThat(this.operations.await(claimed.id(), String.class, LONG)).isEqualTo("done");
	}

	@Test
	void completeWithoutResultEndsTheMessage() {
		open();
		this.operations.enqueue(TASK, null);
		ClaimedMessage claimed = receive();
		claimed.complete();
		Message ended = find(claimed.id());
		assertThat(ended.state()).isEqualTo(MessageState.COMPLETED);
		assertThat(ended.rawResult()).isNull();
		assertThat(ended.finishedAt()).isNotNull();
	}

	@Test
	void completeWhenResultCannotBeWrittenLeavesTheMessageToTheCaller() {
		open((builder) -> builder.maxPayloadSize(100));
		this.operations.enqueue(TASK, null);
		ClaimedMessage claimed = receive();
		assertThatExceptionOfType(PayloadException.class).isThrownBy(() -> claimed.complete("x".repeat(200)));
		assertThatExceptionOfType(PayloadException.class).isThrownBy(() -> claimed.completeAsync("x".repeat(200)));
		assertThat(state(claimed.id())).isEqualTo(MessageState.RUNNING);
		claimed.complete("short");
		assertThat(state(claimed.id())).isEqualTo(MessageState.COMPLETED);
	}

	@Test
	void completeAsyncOfManyIsToldAfterTheCommit() {
		open();
		this.operations.enqueueAll(Collections.nCopies(100, message()));
		List<CompletableFuture<Void>> futures = new ArrayList<>();
		int received = 0;
		while (received < 100) {
			for (ClaimedMessage claimed : receiveNow(100)) {
				futures.add(claimed.completeAsync(received++));
			}
		}
		assertThat(CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new))).succeedsWithin(LONG);
		assertThat(this.operations.stats().count(MessageState.COMPLETED)).isEqualTo(100);
	}

	@Test
	void endOfAMessageThatWasEndedIsRefused() {
		open();
		this.operations.enqueueAll(Collections.nCopies(3, message()));
		List<Consumer<ClaimedMessage>> ends = List.of(ClaimedMessage::complete, ClaimedMessage::release,
				(claimed) -> claimed.fail("no"));
		for (Consumer<ClaimedMessage> end : ends) {
			ClaimedMessage claimed = receive();
			end.accept(claimed);
			for (Consumer<ClaimedMessage> again : ends) {
				assertThatIllegalStateException().isThrownBy(() -> again.accept(claimed))
					.withMessageContaining(claimed.id().toString());
			}
			assertThatIllegalStateException().isThrownBy(() -> claimed.extend(LONG));
		}
	}

	@Test
	void endByManyThreadsCountsOnce() throws Exception {
		open();
		for (int round = 0; round < 20; round++) {
			this.operations.enqueue(TASK, round);
			ClaimedMessage claimed = receive();
			ExecutorService threads = Executors.newFixedThreadPool(4);
			try {
				Callable<Integer> complete = () -> {
					try {
						claimed.complete();
						return 1;
					}
					catch (IllegalStateException ex) {
						return 0;
					}
				};
				int applied = 0;
				for (Future<Integer> one : threads.invokeAll(List.of(complete, complete, complete, complete))) {
					applied += one.get();
				}
				assertThat(applied).isOne();
			}
			finally {
				threads.shutdownNow();
			}
		}
	}

	@Test
	void releaseGoesBehindWhatWaitsAndCountsNoAttempt() {
		open((builder) -> builder.shards(1));
		List<MessageId> ids = this.operations.enqueueAll(Collections.nCopies(3, message()));
		ClaimedMessage first = receive();
		assertThat(first.id()).isEqualTo(ids.get(0));
		first.release();
		assertThat(state(ids.get(0))).isEqualTo(MessageState.READY);
		assertThat(find(ids.get(0)).attempt()).isZero();
		List<ClaimedMessage> rest = receiveNow(10);
		assertThat(ids(rest)).containsExactly(ids.get(1), ids.get(2), ids.get(0));
		assertThat(rest.get(2).message().attempt()).isOne();
		assertThat(rest.get(2).fencingToken().run()).isEqualTo(2);
		assertThat(this.operations.failures(ids.get(0))).isEmpty();
	}

	@Test
	void releaseWithDelayComesNotEarlier() {
		openWithClock();
		this.operations.enqueue(TASK, null);
		ClaimedMessage claimed = receive();
		claimed.release(Duration.ofMillis(300));
		this.clock.move(Duration.ofMillis(299));
		this.queue.catchUp();
		assertThat(state(claimed.id())).isEqualTo(MessageState.SCHEDULED);
		assertThat(receiveNow(1)).isEmpty();
		this.clock.move(Duration.ofMillis(1));
		assertThat(receive().id()).isEqualTo(claimed.id());
	}

	@Test
	void failCountsAndIsRetriedUntilNoAttemptIsLeft() {
		open((builder) -> builder.retry(AT_ONCE));
		MessageId id = this.operations.enqueue(message().maxRetries(1));
		receive().fail("warehouse\nclosed");
		assertThat(state(id)).isEqualTo(MessageState.READY);
		Failure failure = onlyFailure(id);
		assertThat(failure.type()).isEqualTo("Failed");
		assertThat(failure.message()).isEqualTo("warehouse\nclosed");
		assertThat(failure.attempt()).isOne();
		ClaimedMessage again = receive();
		assertThat(again.message().attempt()).isEqualTo(2);
		again.fail("x".repeat(3000));
		assertThat(state(id)).isEqualTo(MessageState.DEAD);
		assertThat(this.operations.failures(id).get(1).message()).hasSize(2000);
	}

	@Test
	void failFollowsTheRetryPolicyOfATaskThatIsHosted() {
		open();
		this.queue.tasks()
			.register(TaskDefinition.builder(TASK, String.class, (payload, context) -> null)
				.retryPolicy(new RetryPolicy(1, Duration.ofHours(1), 1, Duration.ofHours(1), 0))
				.build());
		MessageId id = this.operations.enqueue(TASK, null);
		ClaimedMessage claimed = receive();
		assertThat(claimed.message().maxAttempts()).isEqualTo(2);
		claimed.fail("not now");
		assertThat(find(id).runAt()).isAfter(Instant.now().plus(Duration.ofMinutes(50)));
	}

	@Test
	void failWithWhatAHandlerWouldThrowMeansTheSame() {
		open((builder) -> builder.retry(AT_ONCE));
		MessageId retried = this.operations.enqueue(TASK, null);
		receive().fail(new IllegalStateException("again"));
		Failure failure = onlyFailure(retried);
		assertThat(failure.type()).isEqualTo(IllegalStateException.class.getName());
		assertThat(failure.stack()).contains("ReceiveTests");
		receive().fail(new PermanentTaskException("never"));
		assertThat(state(retried)).isEqualTo(MessageState.DEAD);
		MessageId snoozed = this.operations.enqueue(TASK, null);
		receive().fail(new RetryTaskException(Duration.ofHours(1)).withoutAttempt());
		assertThat(state(snoozed)).isEqualTo(MessageState.SCHEDULED);
		assertThat(find(snoozed).attempt()).isZero();
	}

	@Test
	void closeEndsWhatHasNoAttemptLeft() {
		open();
		MessageId id = this.operations.enqueue(message().maxRetries(0));
		ClaimedMessage claimed = receive();
		this.queue.close();
		assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(claimed::complete);
		open();
		assertThat(state(id)).isEqualTo(MessageState.DEAD);
		assertThat(receiveNow(1)).isEmpty();
	}

	// --- deadline and loss

	@Test
	void deadlineIsTheLeaseAndExtendMovesIt() {
		open((builder) -> builder.leaseDuration(Duration.ofMinutes(5)));
		this.operations.enqueue(TASK, null);
		Instant before = Instant.now();
		ClaimedMessage claimed = receive();
		assertThat(claimed.deadline()).isBetween(before.plusSeconds(299), Instant.now().plusSeconds(301));
		claimed.extend(Duration.ofHours(2));
		assertThat(claimed.deadline()).isAfter(before.plus(Duration.ofMinutes(119)));
		claimed.complete();
	}

	@Test
	void deadlineWhenItPassesFailsTheAttemptAndTheCallerHasLost() {
		open((builder) -> builder.retry(AT_ONCE));
		MessageId id = this.operations.enqueue(TASK, null);
		ClaimedMessage claimed = receive();
		claimed.extend(Duration.ofMillis(50));
		ClaimedMessage again = receive();
		assertThat(again.id()).isEqualTo(id);
		assertThat(again.message().attempt()).isEqualTo(2);
		assertThat(claimed.isCancelled()).isTrue();
		assertThatExceptionOfType(LeaseLostException.class).isThrownBy(claimed::complete)
			.withMessageContaining(id.toString());
		assertThatExceptionOfType(LeaseLostException.class).isThrownBy(claimed::release);
		assertThatExceptionOfType(LeaseLostException.class).isThrownBy(() -> claimed.fail("late"));
		assertThatExceptionOfType(LeaseLostException.class).isThrownBy(() -> claimed.extend(LONG));
		assertThat(onlyFailure(id).type()).isEqualTo("Timeout");
		assertThat(onlyFailure(id).message()).contains("extend");
		again.complete("kept");
		assertThat(this.operations.await(id, String.class, LONG)).isEqualTo("kept");
	}

	@Test
	void deadlineOfTheLeasePassesWithoutAnybodyAsking() {
		open((builder) -> builder.leaseDuration(Duration.ofSeconds(1)).retry(AT_ONCE));
		MessageId id = this.operations.enqueue(message().maxRetries(0));
		ClaimedMessage claimed = receive();
		await().atMost(LONG).until(() -> state(id) == MessageState.DEAD);
		assertThat(claimed.isCancelled()).isTrue();
	}

	@Test
	void startAndStopLeaveReceivedMessagesToTheirHolder() {
		open();
		this.operations.enqueueAll(Collections.nCopies(3, message()));
		ClaimedMessage before = receive();
		this.queue.start();
		ClaimedMessage during = receive();
		this.queue.stop();
		ClaimedMessage after = receive();
		this.queue.start();
		this.queue.stop();
		for (ClaimedMessage claimed : List.of(before, during, after)) {
			claimed.extend(LONG);
			claimed.complete();
		}
		assertThat(this.operations.stats().count(MessageState.COMPLETED)).isEqualTo(3);
		assertThat(all()).allMatch((message) -> message.attempt() == 1);
	}

	@Test
	void deadlinesAreKeptBetweenStopAndStart() {
		open((builder) -> builder.retry(AT_ONCE));
		this.queue.start();
		MessageId id = this.operations.enqueue(message().maxRetries(0));
		ClaimedMessage claimed = receive();
		this.queue.stop();
		claimed.extend(Duration.ofMillis(20));
		await().atMost(LONG).until(() -> state(id) == MessageState.DEAD);
	}

	// --- steering

	@Test
	void cancelIsSeenAndTheMessageEndsCancelledUnlessItIsCompleted() {
		open();
		this.operations.enqueueAll(Collections.nCopies(4, message()));
		List<Consumer<ClaimedMessage>> ends = List.of((claimed) -> claimed.fail("stopped"), ClaimedMessage::release,
				(claimed) -> claimed.fail(new IllegalStateException("stopped")));
		for (Consumer<ClaimedMessage> end : ends) {
			ClaimedMessage claimed = receive();
			assertThat(this.operations.cancel(claimed.id())).isTrue();
			await().until(claimed::isCancelled);
			end.accept(claimed);
			assertThat(state(claimed.id())).isEqualTo(MessageState.CANCELLED);
		}
		ClaimedMessage done = receive();
		this.operations.cancel(done.id());
		done.complete();
		assertThat(state(done.id())).isEqualTo(MessageState.COMPLETED);
	}

	@Test
	void pausedQueueGivesNothingUntilItIsResumed() throws Exception {
		open();
		this.operations.pause(QUEUE);
		MessageId id = this.operations.enqueue(TASK, null);
		assertThat(receiveNow(1)).isEmpty();
		CompletableFuture<List<ClaimedMessage>> waiting = receiveLater(1);
		this.operations.pause(QUEUE);
		assertThat(receiveNow(1)).isEmpty();
		assertThat(waiting).isNotDone();
		this.operations.resume(QUEUE);
		assertThat(ids(waiting.get(60, TimeUnit.SECONDS))).containsExactly(id);
	}

	@Test
	void pauseWhenItHasReturnedNothingMoreIsHandedOut() throws Exception {
		open((builder) -> builder.shards(2));
		ExecutorService threads = Executors.newFixedThreadPool(3);
		try {
			AtomicInteger received = new AtomicInteger();
			CountDownLatch done = new CountDownLatch(1);
			for (int i = 0; i < 3; i++) {
				threads.submit(() -> {
					while (done.getCount() > 0) {
						this.operations.receive(QUEUE, 2, Duration.ofMillis(10)).forEach((claimed) -> {
							received.incrementAndGet();
							claimed.complete();
						});
					}
				});
			}
			for (int round = 0; round < 5; round++) {
				this.operations.enqueueAll(Collections.nCopies(300, message()));
				await().until(() -> received.get() > 0);
				this.operations.pause(QUEUE);
				await().until(() -> this.operations.stats().count(MessageState.RUNNING) == 0);
				int now = received.get();
				this.operations.enqueue(TASK, null);
				assertThat(receiveNow(5)).isEmpty();
				assertThat(received).hasValue(now);
				received.set(0);
				this.operations.resume(QUEUE);
			}
			done.countDown();
		}
		finally {
			threads.shutdown();
			assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
		}
	}

	@Test
	void expiredMessageIsNotHandedOut() {
		open((builder) -> builder.clock(this.clock));
		MessageId id = this.operations.enqueue(message().timeToLive(Duration.ofSeconds(10)));
		this.clock.move(Duration.ofSeconds(10));
		assertThat(receiveNow(1)).isEmpty();
		await().until(() -> state(id) == MessageState.EXPIRED);
	}

	@Test
	void queueThatIsReceivedFromIsServed() {
		open();
		this.operations.enqueue(message().queue("pulled"));
		assertThat(this.operations.stats().unservedQueues()).containsExactly("pulled");
		assertThat(this.operations.stats().unservedTasks()).containsExactly(TASK);
		ClaimedMessage claimed = this.operations.receive("pulled", 1, LONG).get(0);
		claimed.release();
		assertThat(this.operations.stats().unservedQueues()).isEmpty();
		assertThat(this.operations.stats().unservedTasks()).isEmpty();
		this.queue.tasks().register(TASK, String.class, (payload, context) -> null);
		// Nobody may ever pull it: a drain does not wait for it.
		assertThat(this.operations.drain(LONG)).isTrue();
	}

	// --- interruption, closing, bad input

	@Test
	void receiveWhenInterruptedKeepsTheFlagAndTakesNothing() throws Exception {
		open();
		CompletableFuture<Boolean> flag = new CompletableFuture<>();
		CountDownLatch started = new CountDownLatch(1);
		Thread waiter = new Thread(() -> {
			started.countDown();
			try {
				this.operations.receive(QUEUE, 1, LONG);
				flag.completeExceptionally(new AssertionError("not interrupted"));
			}
			catch (QueueException ex) {
				flag.complete(Thread.currentThread().isInterrupted() && ex.getMessage().contains(QUEUE));
			}
		});
		waiter.start();
		awaitLatch(started);
		waiter.interrupt();
		assertThat(flag).succeedsWithin(LONG).isEqualTo(true);
		this.operations.enqueue(TASK, null);
		assertThat(receive().message().attempt()).isOne();
	}

	@Test
	void receiveByThreadsThatAreInterruptedLosesNoMessage() throws Exception {
		open((builder) -> builder.shards(2));
		Set<MessageId> received = ConcurrentHashMap.newKeySet();
		for (int round = 0; round < 100; round++) {
			Thread waiter = new Thread(() -> {
				try {
					this.operations.receive(QUEUE, 3, LONG).forEach((claimed) -> received.add(claimed.id()));
				}
				catch (QueueException ex) {
					// Interrupted before there was one.
				}
			});
			waiter.start();
			this.operations.enqueueAsync(message());
			if (round % 2 == 0) {
				Thread.onSpinWait();
			}
			waiter.interrupt();
			waiter.join(LONG.toMillis());
		}
		await().atMost(LONG).untilAsserted(() -> {
			List<ClaimedMessage> rest = receiveNow(100);
			rest.forEach((claimed) -> received.add(claimed.id()));
			assertThat(received).hasSize(100);
		});
		assertThat(all()).allMatch((message) -> message.attempt() == 1 && message.state() == MessageState.RUNNING);
	}

	@Test
	void completeWhenInterruptedIsStoredAllTheSame() {
		open();
		this.operations.enqueue(TASK, null);
		ClaimedMessage claimed = receive();
		Thread.currentThread().interrupt();
		try {
			claimed.complete();
		}
		catch (QueueException ex) {
			assertThat(ex.messageId()).isEqualTo(claimed.id());
		}
		assertThat(Thread.interrupted()).isTrue();
		await().until(() -> state(claimed.id()) == MessageState.COMPLETED);
	}

	@Test
	void closeSendsThoseAwayWhoWait() throws Exception {
		open();
		List<CompletableFuture<List<ClaimedMessage>>> waiting = new ArrayList<>();
		for (int i = 0; i < 2; i++) {
			waiting.add(receiveLater(1));
		}
		this.queue.close();
		for (CompletableFuture<List<ClaimedMessage>> one : waiting) {
			assertThat(one).failsWithin(LONG)
				.withThrowableOfType(ExecutionException.class)
				.withCauseInstanceOf(StoreUnavailableException.class);
		}
		assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(() -> receiveNow(1));
	}

	@Test
	void closeHandsReceivedMessagesOnWithTheirAttemptCounted() {
		open();
		MessageId id = this.operations.enqueue(TASK, null);
		receive();
		this.queue.close();
		open();
		ClaimedMessage again = receive();
		assertThat(again.id()).isEqualTo(id);
		assertThat(again.message().attempt()).isEqualTo(2);
	}

	@Test
	void closeEndsTheThreadThatKeepsDeadlines() {
		open();
		receiveNow(1);
		assertThat(watches()).isNotEmpty().allMatch(Thread::isDaemon);
		this.queue.start();
		assertThat(watches()).hasSize(1).noneMatch(Thread::isDaemon);
		this.queue.close();
		await().untilAsserted(() -> assertThat(watches()).isEmpty());
	}

	private static List<Thread> watches() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.isAlive() && thread.getName().equals("queue-watch"))
			.toList();
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, -1, 1001, Integer.MAX_VALUE, Integer.MIN_VALUE })
	void receiveWhenMaxIsOutOfRangeIsRefused(int max) {
		open();
		assertThatIllegalArgumentException().isThrownBy(() -> this.operations.receive(QUEUE, max, Duration.ZERO))
			.withMessage("'max' must be from 1 to 1000, was " + max);
	}

	@Test
	@SuppressWarnings("NullAway") // what a caller without checks may do
	void receiveWhenArgumentsAreBadIsRefused() {
		open();
		assertThatIllegalArgumentException().isThrownBy(() -> this.operations.receive("a b", 1, Duration.ZERO))
			.withMessageContaining("'queue'");
		assertThatIllegalArgumentException().isThrownBy(() -> this.operations.receive(QUEUE, 1, Duration.ofMillis(-1)))
			.withMessageContaining("'wait'");
		assertThatNullPointerException().isThrownBy(() -> this.operations.receive(QUEUE, 1, null));
		assertThatExceptionOfType(RuntimeException.class)
			.isThrownBy(() -> this.operations.receive(null, 1, Duration.ZERO));
		this.operations.enqueue(TASK, "text");
		ClaimedMessage claimed = this.operations.receive(QUEUE, 1000, Duration.ofDays(400_000)).get(0);
		assertThatExceptionOfType(PayloadException.class).isThrownBy(() -> claimed.payload(Integer.class));
		assertThatIllegalArgumentException().isThrownBy(() -> claimed.release(Duration.ofMillis(-1)));
		assertThatIllegalArgumentException().isThrownBy(() -> claimed.release(Duration.ofDays(36_526)));
		assertThatIllegalArgumentException().isThrownBy(() -> claimed.extend(Duration.ZERO));
		assertThatNullPointerException().isThrownBy(() -> claimed.release(null));
		assertThatNullPointerException().isThrownBy(() -> claimed.fail((String) null));
		assertThatNullPointerException().isThrownBy(() -> claimed.fail((Throwable) null));
		claimed.complete();
		assertThat(this.operations.list(MessageQuery.all().state(MessageState.COMPLETED))).hasSize(1);
	}

}
