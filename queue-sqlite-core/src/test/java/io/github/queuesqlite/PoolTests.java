package io.github.queuesqlite;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.queuesqlite.QueueStatus.LaneStatus;
import io.github.queuesqlite.QueueStatus.PoolStatus;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.task.QueuePool;
import io.github.queuesqlite.task.QueuePool.Strategy;
import io.github.queuesqlite.task.TaskDefinition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

/** Queues that share workers. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PoolTests extends QueueTester {

	private static final String BATCH = "batch";

	private static final String GATE = "gate";

	/** The queues of the messages that started, one after the other. */
	private final Queue<String> started = new ConcurrentLinkedQueue<>();

	private final CountDownLatch opened = new CountDownLatch(1);

	private void open(int shards, QueuePool pool) {
		open((builder) -> builder.shards(shards).pollInterval(Duration.ofMinutes(1)).pool("main", pool));
		this.queue.tasks().register(TASK, Integer.class, (number, run) -> this.started.add(run.message().queue()));
		this.queue.tasks().register(GATE, Integer.class, (number, run) -> {
			this.opened.await();
			return null;
		});
	}

	private void enqueue(String queue, int messages) {
		this.operations
			.enqueueAll(IntStream.range(0, messages).mapToObj((i) -> message().payload(i).queue(queue)).toList());
	}

	/** Has the only place taken until the gate is opened. */
	private void closeGate(String queue) {
		MessageId gate = this.operations.enqueue(NewMessage.to(GATE).payload(0).queue(queue));
		await().atMost(LONG).until(() -> state(gate) == MessageState.RUNNING);
	}

	private List<String> awaitStarted(int messages) {
		await().atMost(LONG).until(() -> this.started.size() >= messages && this.operations.length() == 0);
		return List.copyOf(this.started);
	}

	private static List<String> times(int times, String... queues) {
		return Stream.of(queues).flatMap((queue) -> Collections.nCopies(times, queue).stream()).toList();
	}

	private static Map<String, Integer> weights(String first, int weight, String second, int other) {
		Map<String, Integer> weights = new LinkedHashMap<>();
		weights.put(first, weight);
		weights.put(second, other);
		return weights;
	}

	// Which queue is next

	@Test
	void strictWhenAllHaveWorkStartsQueueAfterQueue() {
		open(1, QueuePool.strict(1, "high", "default", "low"));
		enqueue("low", 20);
		enqueue("default", 20);
		enqueue("high", 20);
		this.queue.start();
		assertThat(awaitStarted(60)).isEqualTo(times(20, "high", "default", "low"));
	}

	/**
	 * A place is kept for 50 ms: on a machine that stands still for longer, not long
	 * enough.
	 */
	@Test
	void strictWhenMessagesAreInSeveralShardsStartsQueueAfterQueue() {
		for (int round = 0; round < 20; round++) {
			EmbeddedQueue.Builder builder = EmbeddedQueue.builder(this.directory.resolve("round" + round));
			CountDownLatch opened = new CountDownLatch(1);
			Queue<String> started = new ConcurrentLinkedQueue<>();
			try (EmbeddedQueue queue = builder.shards(4).pool("main", QueuePool.strict(1, "high", "low")).build()) {
				queue.tasks().register(TASK, String.class, (payload, run) -> {
					opened.await();
					return started.add(payload);
				});
				queue.start();
				MessageId first = queue.operations().enqueue(message().payload("first").queue("low"));
				await().atMost(LONG)
					.until(() -> queue.operations().find(first).orElseThrow().state() == MessageState.RUNNING);
				for (String name : List.of("low", "high")) {
					queue.operations().enqueueAll(Collections.nCopies(20, message().payload(name).queue(name)));
				}
				opened.countDown();
				await().atMost(LONG).until(() -> started.size() == 41);
			}
			if (List.copyOf(started).subList(1, 41).equals(times(20, "high", "low"))) {
				return;
			}
		}
		throw new AssertionError("A message of queue 'low' went before one of 'high' in each round");
	}

	@Test
	void strictWhenBetterWorkComesTakesItNext() {
		open(1, QueuePool.strict(1, "high", "low"));
		AtomicInteger calls = new AtomicInteger();
		this.queue.tasks().register("bring", Integer.class, (number, run) -> {
			this.started.add("bring");
			if (calls.incrementAndGet() <= 3) {
				enqueue("high", 2);
			}
			return null;
		});
		this.operations.enqueueAll(Collections.nCopies(4, NewMessage.to("bring").payload(0).queue("low")));
		this.queue.start();
		assertThat(awaitStarted(10)).containsExactly("bring", "high", "high", "bring", "high", "high", "bring", "high",
				"high", "bring");
	}

	@Test
	void strictWhenBetterQueueIsPausedTakesTheOther() {
		open(1, QueuePool.strict(1, "high", "low"));
		this.queue.start();
		closeGate("high");
		enqueue("high", 5);
		enqueue("low", 5);
		this.operations.pause("high");
		this.opened.countDown();
		await().atMost(LONG).until(() -> this.started.size() == 5);
		this.operations.resume("high");
		assertThat(awaitStarted(10)).isEqualTo(times(5, "low", "high"));
	}

	@Test
	void strictWhenBetterQueueHasAllItsHandlersLeavesTheRest() {
		CountDownLatch gate = new CountDownLatch(1);
		open((builder) -> builder.shards(2).queue("high", 1).pool("main", QueuePool.strict(4, "high", "low")));
		this.queue.tasks().register(TASK, String.class, (payload, run) -> {
			if (payload.equals("high")) {
				awaitLatch(gate);
			}
			return null;
		});
		this.operations.enqueueAll(Collections.nCopies(2, message().payload("high").queue("high")));
		this.queue.start();
		await().atMost(LONG).until(() -> this.operations.stats().count(MessageState.RUNNING) == 1);
		this.operations.enqueueAll(Collections.nCopies(6, message().payload("low").queue("low")));
		await().atMost(LONG).until(() -> this.operations.stats().count(MessageState.COMPLETED) == 6);
		gate.countDown();
		await().atMost(LONG).until(() -> this.operations.stats().count(MessageState.COMPLETED) == 8);
	}

	@Test
	void weightedWhenAllHaveWorkGivesSharesByWeight() {
		open(1, QueuePool.weighted(1, weights("high", 3, "low", 1)));
		enqueue("low", 20);
		enqueue("high", 30);
		this.queue.start();
		List<String> expected = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			expected.addAll(List.of("high", "high", "high", "low"));
		}
		expected.addAll(times(10, "low"));
		assertThat(awaitStarted(50)).isEqualTo(expected);
	}

	@Test
	void weightedWhenOneHadNoWorkDoesNotMakeUpForIt() {
		open(1, QueuePool.weighted(1, weights("high", 3, "low", 1)));
		enqueue("high", 60);
		this.queue.start();
		awaitStarted(60);
		closeGate("high");
		this.started.clear();
		enqueue("low", 20);
		enqueue("high", 20);
		this.opened.countDown();
		assertThat(awaitStarted(40).subList(0, 24)).filteredOn("low"::equals).hasSizeBetween(6, 7);
	}

	@Test
	void weightedWhenOneHasBatchesCountsTheirMessages() {
		open(1, QueuePool.weighted(1, weights("batches", 1, "singles", 1)));
		this.queue.tasks().register(TaskDefinition.batch(BATCH, Integer.class, (numbers, runs) -> {
			this.started.add("batch of " + numbers.size());
			return null;
		}).batchSize(5).build());
		this.operations.enqueueAll(Collections.nCopies(10, NewMessage.to(BATCH).payload(0).queue("batches")));
		enqueue("singles", 10);
		this.queue.start();
		List<String> expected = new ArrayList<>();
		for (int i = 0; i < 2; i++) {
			expected.add("batch of 5");
			expected.addAll(times(5, "singles"));
		}
		assertThat(awaitStarted(12)).isEqualTo(expected);
	}

	@Test
	void roundRobinWhenAllHaveWorkTakesTurns() {
		open(1, QueuePool.roundRobin(1, "a", "b", "c"));
		enqueue("c", 10);
		enqueue("a", 15);
		enqueue("b", 10);
		this.queue.start();
		List<String> expected = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			expected.addAll(List.of("a", "b", "c"));
		}
		expected.addAll(times(5, "a"));
		assertThat(awaitStarted(35)).isEqualTo(expected);
	}

	// How many at once

	static Stream<QueuePool> pools() {
		return Stream.of(QueuePool.strict(3, "a", "b", "c"), QueuePool.roundRobin(3, "a", "b", "c"),
				QueuePool.weighted(3, Map.of("a", 5, "b", 2, "c", 1)));
	}

	@ParameterizedTest
	@MethodSource("pools")
	void handlersWhenQueuesShareAPoolAreNoMoreThanItsConcurrency(QueuePool pool) {
		runMany(pool, false);
	}

	@ParameterizedTest
	@MethodSource("pools")
	@EnabledForJreRange(min = JRE.JAVA_21)
	void handlersWhenOnVirtualThreadsAreNoMoreThanItsConcurrency(QueuePool pool) {
		runMany(pool, true);
	}

	private void runMany(QueuePool pool, boolean virtualThreads) {
		AtomicInteger running = new AtomicInteger();
		Map<String, AtomicInteger> byQueue = Map.of("a", new AtomicInteger(), "b", new AtomicInteger(), "c",
				new AtomicInteger());
		Set<Integer> seen = ConcurrentHashMap.newKeySet();
		Set<Integer> seenOfB = ConcurrentHashMap.newKeySet();
		Queue<Integer> handled = new ConcurrentLinkedQueue<>();
		CountDownLatch full = new CountDownLatch(3);
		open((builder) -> builder.shards(3)
			.pollInterval(Duration.ofMinutes(1))
			.virtualThreads(virtualThreads)
			.queue("b", 2)
			.pool("main", pool));
		this.queue.tasks().register(TASK, Integer.class, (number, run) -> {
			seen.add(running.incrementAndGet());
			int ofQueue = byQueue.get(run.message().queue()).incrementAndGet();
			if (run.message().queue().equals("b")) {
				seenOfB.add(ofQueue);
			}
			full.countDown();
			full.await();
			handled.add(number);
			Runnable leave = () -> {
				byQueue.get(run.message().queue()).decrementAndGet();
				running.decrementAndGet();
			};
			if (number % 10 == 0) {
				return CompletableFuture.runAsync(leave, CompletableFuture.delayedExecutor(2, TimeUnit.MILLISECONDS));
			}
			leave.run();
			return null;
		});
		this.queue.start();
		this.operations.enqueueAll(IntStream.range(0, 600)
			.mapToObj((i) -> message().payload(i).queue(List.of("a", "b", "c").get(i % 3)))
			.toList());
		await().atMost(LONG).until(() -> this.operations.stats().count(MessageState.COMPLETED) == 600);
		assertThat(Collections.max(seen)).isEqualTo(3);
		assertThat(Collections.max(seenOfB)).isLessThanOrEqualTo(2);
		assertThat(handled).hasSize(600).doesNotHaveDuplicates();
		assertThat(this.queue.lanes()).allMatch((lane) -> lane.running() == 0);
	}

	@Test
	void handlersWhenOnlyOneQueueHasWorkAreAsManyAsThePoolHas() {
		CyclicBarrier barrier = new CyclicBarrier(12);
		open((builder) -> builder.shards(2).pool("main", QueuePool.roundRobin(12, "a", "b")));
		this.queue.tasks().register(TASK, String.class, (payload, run) -> barrier.await(60, TimeUnit.SECONDS));
		this.operations.enqueueAll(Collections.nCopies(24, message().payload("x").queue("b")));
		this.queue.start();
		await().atMost(LONG).until(() -> this.operations.stats().count(MessageState.COMPLETED) == 24);
	}

	@Test
	void queueWhenInNoPoolHasItsOwnWorkers() {
		open(2, QueuePool.strict(1, "high", "low"));
		this.queue.start();
		closeGate("low");
		enqueue("default", 20);
		await().atMost(LONG).until(() -> this.started.size() == 20);
		enqueue("high", 1);
		PoolStatus pool = new PoolStatus("main", Strategy.STRICT, 1, 1);
		await().atMost(LONG)
			.untilAsserted(() -> assertThat(this.queue.lanes()).containsExactly(new LaneStatus("default", 8, 0, false),
					new LaneStatus("high", 1, 0, false, pool), new LaneStatus("low", 1, 1, false, pool)));
		this.opened.countDown();
		assertThat(awaitStarted(21)).endsWith("high");
	}

	@Test
	void messageWhenItsPoolIsBusySaysSo() {
		open(1, QueuePool.strict(1, "high", "low"));
		this.queue.start();
		closeGate("low");
		MessageId waiting = this.operations.enqueue(message().payload(1).queue("high"));
		assertThat(this.operations.explain(waiting).reasons())
			.extracting((reason) -> reason.kind() + ": " + reason.text())
			.containsExactly("WORKERS_BUSY: all 1 worker of pool 'main' are busy");
		this.opened.countDown();
		awaitStarted(1);
	}

	@Test
	void poolWhenStoppedAndStartedAgainGoesOn() {
		open(2, QueuePool.strict(2, "high", "low"));
		for (int i = 0; i < 3; i++) {
			this.queue.start();
			enqueue("low", 50);
			enqueue("high", 50);
			this.queue.stop();
		}
		this.queue.start();
		assertThat(awaitStarted(300)).hasSize(300);
	}

	// Bad input

	@Test
	void poolWhenItCannotBeIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> QueuePool.strict(0, "a"))
			.withMessage("'concurrency of a pool' must be from 1 to 10000, was 0");
		assertThatIllegalArgumentException().isThrownBy(() -> QueuePool.strict(1))
			.withMessage("'queues' of a pool must name at least one queue");
		assertThatIllegalArgumentException().isThrownBy(() -> QueuePool.roundRobin(1, "a", "b", "a"))
			.withMessage("'queues' of a pool must name each queue once, was [a, b, a]");
		assertThatIllegalArgumentException().isThrownBy(() -> QueuePool.strict(1, "a b"))
			.withMessageContaining("'queue' may hold letters, digits");
		assertThatIllegalArgumentException().isThrownBy(() -> QueuePool.weighted(1, Map.of("a", 0)))
			.withMessage("'weight of queue a' must be from 1 to 1000, was 0");
		assertThatIllegalArgumentException().isThrownBy(() -> QueuePool.weighted(1, Map.of("a", -1)))
			.withMessage("'weight of queue a' must be from 1 to 1000, was -1");
		assertThatIllegalArgumentException().isThrownBy(() -> new QueuePool(1, Strategy.STRICT, Map.of("a", 2)))
			.withMessage("'weight of queue a' must be 1 with the strategy STRICT, was 2");
	}

	@Test
	void builderWhenPoolsContradictRefusesTheSecond() {
		EmbeddedQueue.Builder builder = EmbeddedQueue.builder(this.directory)
			.queue("b", 5)
			.pool("one", QueuePool.strict(2, "a"));
		assertThatIllegalArgumentException().isThrownBy(() -> builder.pool("two", QueuePool.strict(9, "c", "a")))
			.withMessage("Queue 'a' must be in one pool at most, is in 'one' and 'two'");
		assertThatIllegalArgumentException().isThrownBy(() -> builder.pool("two", QueuePool.strict(4, "b")))
			.withMessage("'concurrency of queue b' must be at most 4, the concurrency of its pool 'two', was 5");
		assertThatIllegalArgumentException().isThrownBy(() -> builder.queue("a", 3))
			.withMessage("'concurrency of queue a' must be at most 2, the concurrency of its pool 'one', was 3");
		assertThatIllegalArgumentException().isThrownBy(() -> builder.pool("a b", QueuePool.strict(4, "c")))
			.withMessageContaining("'pool' may hold letters, digits");
		assertThatNullPointerException().isThrownBy(() -> builder.pool("two", null))
			.withMessage("'pool' must not be null");
		builder.pool("one", QueuePool.strict(8, "a", "b")).queue("a", 3);
	}

}
