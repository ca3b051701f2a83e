package io.github.queuesqlite;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.github.queuesqlite.event.MessageEvent;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.PartialEnqueueException;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.QueueFullException;
import io.github.queuesqlite.message.TaskFailedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

/** Queues that may hold so many messages only. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FullQueueTests extends ProcessTester {

	private void open(int maxLength, OnFull onFull, Duration blockTimeout, int shards) {
		open((builder) -> builder.shards(shards).maxLength(maxLength).onFull(onFull).blockTimeout(blockTimeout));
	}

	private List<MessageId> fill(int count) {
		List<MessageId> ids = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			ids.add(this.operations.enqueue(message().payload(i)));
		}
		return ids;
	}

	@Test
	void settingsWhenOutOfRangeAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> EmbeddedQueue.builder(this.directory).maxLength(0))
			.withMessage("'maxLength' must be -1 or at least 1, was 0");
		assertThatIllegalArgumentException().isThrownBy(() -> EmbeddedQueue.builder(this.directory).maxLength(-2))
			.withMessage("'maxLength' must be -1 or at least 1, was -2");
		assertThatNullPointerException().isThrownBy(() -> EmbeddedQueue.builder(this.directory).onFull(null))
			.withMessage("'onFull' must not be null");
	}

	@Test
	void rejectWhenFullThrowsUntilAMessageHasEnded() {
		open(12, OnFull.REJECT, Duration.ofMinutes(1), 3);
		List<MessageId> ids = fill(12);
		assertThatExceptionOfType(QueueFullException.class).isThrownBy(() -> this.operations.enqueue(message()))
			.satisfies((ex) -> assertThat(ex.queue()).isEqualTo("default"))
			.withMessageContaining("'enqueue.max-length'");
		assertThat(this.operations.enqueueAsync(message())).failsWithin(LONG)
			.withThrowableThat()
			.withCauseInstanceOf(QueueFullException.class);
		assertThat(this.operations.submit(message(), String.class)).failsWithin(LONG)
			.withThrowableThat()
			.withCauseInstanceOf(QueueFullException.class);
		assertThat(this.operations.enqueue(message().queue("mail"))).isNotNull();
		assertThat(this.operations.length("default")).isEqualTo(12);
		assertThat(this.operations.cancel(ids.get(4))).isTrue();
		assertThat(this.operations.enqueue(message())).isNotNull();
		assertNobodyWaits();
	}

	@Test
	void rejectWhenManyAreHandedInTakesWhatFitsAndNamesTheOthers() {
		open(50, OnFull.REJECT, Duration.ofMinutes(1), 4);
		PartialEnqueueException ex = catchThrowableOfType(PartialEnqueueException.class,
				() -> this.operations.enqueueAll(Collections.nCopies(200, message())));
		// 50 over four shards are 13 in each.
		assertThat(ex.accepted()).hasSize(52);
		assertThat(ex.failed()).hasSize(148)
			.allSatisfy((index, failure) -> assertThat(failure).isInstanceOf(QueueFullException.class));
		assertThat(this.operations.length("default")).isEqualTo(52);
		assertThat(all()).extracting(Message::id).containsExactlyInAnyOrderElementsOf(ex.accepted().values());
	}

	@Test
	void blockWhenFullWaitsForRoom() throws Exception {
		open(4, OnFull.BLOCK, Duration.ofMinutes(5), 2);
		List<MessageId> ids = fill(4);
		CompletableFuture<MessageId> late = CompletableFuture.supplyAsync(() -> this.operations.enqueue(message()),
				QueueTester::onThread);
		CompletableFuture<MessageId> later = CompletableFuture
			.supplyAsync(() -> this.operations.enqueueAsync(message()).join(), QueueTester::onThread);
		await().pollDelay(Duration.ofMillis(200)).until(() -> !late.isDone() && !later.isDone());
		assertThat(this.operations.length()).isEqualTo(4);
		this.operations.cancel(ids.get(0));
		this.operations.cancel(ids.get(1));
		assertThat(late).succeedsWithin(LONG);
		assertThat(later).succeedsWithin(LONG);
		assertThat(this.operations.length()).isEqualTo(4);
	}

	@Test
	void blockWhenInTimeThereIsNoRoomThrowsAndStoresNothing() {
		open(2, OnFull.BLOCK, Duration.ofMillis(100), 1);
		fill(2);
		long start = System.nanoTime();
		assertThatExceptionOfType(QueueFullException.class).isThrownBy(() -> this.operations.enqueue(message()))
			.withMessageContaining("stayed full for 100 ms");
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(100), LONG);
		assertThat(this.operations.submit(message(), String.class)).failsWithin(LONG)
			.withThrowableThat()
			.withCauseInstanceOf(QueueFullException.class);
		assertThatExceptionOfType(PartialEnqueueException.class)
			.isThrownBy(() -> this.operations.enqueueAll(List.of(message(), message())));
		assertThat(this.operations.length()).isEqualTo(2);
		assertNobodyWaits();
	}

	@Test
	void blockWhenInterruptedThrowsKeepsTheFlagAndStoresNothing() throws Exception {
		open(2, OnFull.BLOCK, Duration.ofMinutes(5), 1);
		fill(2);
		AtomicReference<Throwable> thrown = new AtomicReference<>();
		CountDownLatch over = new CountDownLatch(1);
		Thread thread = new Thread(() -> {
			try {
				this.operations.enqueue(message());
			}
			catch (QueueException ex) {
				thrown.set(Thread.currentThread().isInterrupted() ? ex : null);
			}
			over.countDown();
		});
		thread.start();
		await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
		thread.interrupt();
		awaitLatch(over);
		assertThat(thrown.get()).isInstanceOf(QueueException.class);
		this.operations.cancel(all().get(0).id());
		assertThat(this.operations.length()).isEqualTo(1);
	}

	@Test
	void blockWhenManyMoreThanFitAreHandedInStoresAllInTheOrderOfTheirKeys() {
		open(20, OnFull.BLOCK, Duration.ofMinutes(2), 2);
		Map<String, List<Integer>> ran = new ConcurrentHashMap<>();
		this.queue.tasks().register(TASK, Integer.class, (payload, context) -> {
			ran.computeIfAbsent("k" + payload % 5, (key) -> new CopyOnWriteArrayList<>()).add(payload);
			return null;
		});
		this.queue.start();
		List<NewMessage> messages = new ArrayList<>();
		for (int i = 0; i < 400; i++) {
			messages.add(message().orderingKey("k" + i % 5).payload(i));
		}
		assertThat(this.operations.enqueueAll(messages.subList(0, 300))).hasSize(300);
		messages.subList(300, 400).forEach(this.operations::enqueueAsync);
		await().atMost(LONG).until(() -> this.operations.stats().count(MessageState.COMPLETED) == 400);
		ran.forEach((key, numbers) -> assertThat(numbers).isSorted().hasSize(80));
		assertThat(ran).hasSize(5);
	}

	@Test
	void blockWhenAHandlerEnqueuesIntoItsFullQueueDoesNotWait() {
		open((builder) -> builder.shards(1).concurrency(1).maxLength(1).onFull(OnFull.BLOCK));
		AtomicInteger runs = new AtomicInteger();
		this.queue.tasks().register(TASK, Integer.class, (payload, context) -> {
			for (int i = 0; i < payload; i++) {
				this.operations.enqueue(message().payload(0));
				this.operations.enqueueAll(List.of(message().payload(0)));
			}
			return runs.incrementAndGet();
		});
		this.queue.start();
		this.operations.enqueue(message().payload(5));
		await().atMost(LONG).until(() -> runs.get() == 11);
	}

	@Test
	void dropOldestWhenItDropsOneOfAConcurrencyKeyLetsTheNextThrough() {
		open((builder) -> builder.shards(1).maxLength(3).onFull(OnFull.DROP_OLDEST));
		List<MessageId> ids = new ArrayList<>();
		for (int i = 0; i < 5; i++) {
			ids.add(this.operations.enqueue(message().concurrencyKey("tenant")));
		}
		assertThat(ids.subList(0, 2)).allMatch((id) -> find(id).state() == MessageState.CANCELLED);
		this.queue.tasks().register(TASK, String.class, (payload, context) -> null);
		this.queue.start();
		await().atMost(LONG)
			.until(() -> ids.subList(2, 5).stream().allMatch((id) -> find(id).state() == MessageState.COMPLETED));
	}

	@Test
	void dropOldestWhenFullCancelsWhatWaitsLongestAndSaysSo() {
		List<MessageEvent> events = new CopyOnWriteArrayList<>();
		open((builder) -> builder.shards(1).maxLength(10).onFull(OnFull.DROP_OLDEST).eventListener(events::add));
		CompletableFuture<String> first = this.operations.submit(message(), String.class);
		List<MessageId> ids = fill(39);
		assertThat(this.operations.length()).isEqualTo(10);
		assertThat(this.operations.list(MessageQuery.all().state(MessageState.READY))).extracting(Message::id)
			.containsExactlyElementsOf(ids.subList(29, 39));
		Message dropped = find(ids.get(0));
		assertThat(dropped.state()).isEqualTo(MessageState.CANCELLED);
		assertThat(dropped.lastError()).isNotNull();
		assertThat(dropped.lastError().type()).isEqualTo("Dropped");
		assertThat(first).failsWithin(LONG)
			.withThrowableThat()
			.havingCause()
			.isInstanceOfSatisfying(TaskFailedException.class,
					(ex) -> assertThat(ex.state()).isEqualTo(MessageState.CANCELLED));
		await().atMost(LONG)
			.untilAsserted(() -> assertThat(events).filteredOn(MessageEvent.Dropped.class::isInstance).hasSize(30));
		assertThat(events).noneMatch(MessageEvent.Cancelled.class::isInstance);
		assertThat(this.operations.enqueueAll(Collections.nCopies(25, message()))).hasSize(25);
		assertThat(this.operations.length()).isEqualTo(10);
	}

	@Test
	void rejectWhenSeveralProcessesFillTheQueueHoldsExactlyAsManyAsItMay() throws Exception {
		open(60, OnFull.REJECT, Duration.ofMinutes(1), 2);
		List<Process> children = List.of(startFiller(60, OnFull.REJECT, 200), startFiller(60, OnFull.REJECT, 200));
		int own = 0;
		for (int i = 0; i < 200; i++) {
			try {
				this.operations.enqueue(message());
				own++;
			}
			catch (QueueFullException ex) {
				assertThat(ex.queue()).isEqualTo("default");
			}
		}
		for (Process child : children) {
			assertThat(child.waitFor(2, TimeUnit.MINUTES)).isTrue();
		}
		assertThat(runs("filled")).hasSize(2);
		assertThat(own + runs("stored").size()).isEqualTo(60);
		assertThat(this.operations.length("default")).isEqualTo(60);
	}

	@Test
	void blockWhenAProcessIsKilledWhileItWaitsLosesNothingAndKeepsTheBound() throws Exception {
		open((builder) -> builder.shards(2).maxLength(20).onFull(OnFull.BLOCK));
		Process filler = startFiller(20, OnFull.BLOCK, 1000);
		awaitRuns("stored", 20);
		assertThat(this.operations.length("default")).isEqualTo(20);
		kill(filler);
		assertThat(this.operations.length("default")).isEqualTo(20);
		List<String> stored = runs("stored");
		assertThat(all()).extracting((message) -> "stored " + message.payload(String.class)).containsAll(stored);
		this.queue.close();
		startFiller(20, OnFull.BLOCK, 60);
		startWorker(TASK);
		awaitRuns("filled", 1);
		open((builder) -> builder.maxLength(20));
		await().atMost(LONG).until(() -> this.operations.length("default") == 0);
		assertThat(runs("end")).hasSize(80);
	}

	private Process startFiller(int maxLength, OnFull onFull, int messages) throws IOException {
		return start(FillChild.class, Integer.toString(maxLength), onFull.name(), Integer.toString(messages));
	}

}
