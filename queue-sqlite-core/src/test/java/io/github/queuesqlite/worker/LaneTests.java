package io.github.queuesqlite.worker;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Phaser;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

import io.github.queuesqlite.event.RunOutcome;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.task.Delivery;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskDefinition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** Tests for what lanes claim and in which order they start it. */
class LaneTests {

	@TempDir
	Path directory;

	private final List<TestQueue> queues = new ArrayList<>();

	@AfterEach
	void close() {
		this.queues.forEach(TestQueue::close);
	}

	@Test
	void runsEachMessageExactlyOnce() {
		TestQueue queue = open((settings) -> settings.concurrency(4)).start();
		ConcurrentLinkedQueue<Integer> handled = new ConcurrentLinkedQueue<>();
		queue.tasks.register("count", Integer.class, (number, context) -> {
			handled.add(number);
			return null;
		});
		List<Long> ids = queue.enqueueAll("count", 5000);
		await().until(() -> handled.size() >= 5000);
		queue.awaitIdle();
		assertThat(handled).hasSize(5000).doesNotHaveDuplicates();
		assertThat(queue.findAll(ids)).hasSize(5000)
			.allMatch((row) -> row.state() == MessageState.COMPLETED && row.attempt() == 1);
		assertThat(queue.recorded.finished).hasSize(5000).containsOnly(RunOutcome.COMPLETED);
	}

	@Test
	void runsEachMessageOnceWhenTwoWorkersShareTheStore() {
		TestQueue one = open((settings) -> settings).start();
		TestQueue two = open((settings) -> settings).start();
		ConcurrentLinkedQueue<Integer> handled = new ConcurrentLinkedQueue<>();
		for (TestQueue queue : List.of(one, two)) {
			queue.tasks.register("count", Integer.class, (number, context) -> {
				handled.add(number);
				return null;
			});
		}
		one.enqueueAll("count", 3000);
		await().until(() -> handled.size() >= 3000);
		one.awaitIdle();
		two.awaitIdle();
		assertThat(handled).hasSize(3000).doesNotHaveDuplicates();
	}

	@Test
	void startsAtMostAsManyHandlersAsItsConcurrency() {
		TestQueue queue = open((settings) -> settings.concurrency(3).queue("wide", 5)).start();
		AtomicInteger now = new AtomicInteger();
		Set<Integer> seen = ConcurrentHashMap.newKeySet();
		CountDownLatch full = new CountDownLatch(3);
		queue.tasks.register("busy", Integer.class, (number, context) -> {
			seen.add(now.incrementAndGet());
			full.countDown();
			full.await();
			Thread.sleep(3);
			now.decrementAndGet();
			return null;
		});
		List<Long> ids = queue.enqueueAll("busy", 60);
		ids.forEach((id) -> queue.awaitState(id, MessageState.COMPLETED));
		assertThat(Collections.max(seen)).isEqualTo(3);
		assertThat(queue.pool.laneStates()).extracting(LaneState::queue).containsExactly("default", "wide");
		assertThat(queue.pool.laneStates()).extracting(LaneState::concurrency).containsExactly(3, 5);
	}

	@Test
	void startsWhateverItsConcurrencyAllowsAtOnce() throws Exception {
		TestQueue queue = open((settings) -> settings.concurrency(8)).start();
		CyclicBarrier barrier = new CyclicBarrier(8);
		queue.tasks.register("meet", Integer.class, (number, context) -> barrier.await(60, TimeUnit.SECONDS));
		List<Long> ids = queue.enqueueAll("meet", 8);
		ids.forEach((id) -> queue.awaitState(id, MessageState.COMPLETED));
	}

	/**
	 * A lane waits 50 ms for the shard with the better message: on a machine that stood
	 * still for longer it goes on, hence several rounds.
	 */
	@Test
	void handlersWhenSlowStartByPriorityOverAllShards() throws Exception {
		TestQueue queue = open((settings) -> settings.concurrency(1));
		List<Integer> order = Collections.synchronizedList(new ArrayList<>());
		Semaphore blocked = new Semaphore(0);
		Semaphore goOn = new Semaphore(0);
		queue.tasks.register("block", Void.class, (nothing, context) -> {
			blocked.release();
			goOn.acquire();
			return null;
		});
		queue.tasks.register("note", Integer.class, (priority, context) -> {
			order.add(priority);
			work(Duration.ofMillis(15)); // slow enough that nothing is claimed ahead
			return null;
		});
		queue.start();
		List<Integer> expected = IntStream.range(0, 40).mapToObj((i) -> 3 - i / 10).toList();
		for (int round = 0; round < 20 && !order.equals(expected); round++) {
			order.clear();
			queue.enqueue("block", null);
			blocked.acquire();
			List<Long> ids = new ArrayList<>();
			for (int i = 0; i < 40; i++) {
				int priority = i % 4;
				ids.add(queue.enqueue("note", priority, (draft) -> draft.priority(priority)));
			}
			goOn.release();
			ids.forEach((id) -> queue.awaitState(id, MessageState.COMPLETED));
			assertThat(queue.findAll(ids)).extracting((row) -> row.shard()).contains(0, 1);
		}
		assertThat(order).isEqualTo(expected);
	}

	/** What a handler does that takes its time. */
	private static void work(Duration duration) {
		long end = System.nanoTime() + duration.toNanos();
		while (System.nanoTime() < end) {
			LockSupport.parkNanos(end - System.nanoTime());
		}
	}

	@Test
	void poisonBesideAThousandFastOnesAloneEndsDead() {
		TestQueue queue = open((settings) -> settings.maxRetries(1)).start();
		queue.tasks.register("work", Integer.class, (number, context) -> {
			if (number == 500) {
				throw new IllegalStateException("poison");
			}
			return number;
		});
		List<Long> ids = queue.enqueueAll("work", 1001);
		await().until(() -> queue.findAll(ids).stream().allMatch((row) -> row.state().isEnded()));
		assertThat(queue.findAll(ids)).filteredOn((row) -> row.state() == MessageState.DEAD)
			.extracting((row) -> row.id())
			.containsExactly(ids.get(500));
	}

	@Test
	void handlerThatNeverReturnsHarmsOnlyItself() {
		TestQueue queue = open((settings) -> settings.concurrency(2).drainTimeout(Duration.ofMillis(100))).start();
		CountDownLatch never = new CountDownLatch(1);
		queue.tasks.register("work", Integer.class, (number, context) -> {
			if (number == 500) {
				never.await();
			}
			return number;
		});
		List<Long> ids = queue.enqueueAll("work", 1001);
		await().until(() -> queue.findAll(ids).stream().filter((row) -> row.state().isEnded()).count() == 1000);
		assertThat(queue.find(ids.get(500)).state()).isEqualTo(MessageState.RUNNING);
		never.countDown();
	}

	@Test
	void wantedWhenAnotherShardWasPromisedAllPermitsIsNothing() {
		TestQueue queue = open((settings) -> settings.concurrency(2)).start();
		Lane lane = queue.pool.lanes().iterator().next();
		assertThat(lane.wanted(0, 0)).isEqualTo(2);
		assertThat(lane.wanted(1, 0)).isZero();
		lane.claimed(0, List.of());
		assertThat(lane.wanted(1, 0)).isEqualTo(2);
		lane.claimed(1, List.of());
	}

	@Test
	void wantedWhenASuspectIsNamedLeavesOnePlaceToIt() {
		// Nothing else runs: the watch chooses when the test has it look.
		TestQueue queue = open((settings) -> settings.concurrency(2));
		Lane lane = queue.pool.lanes().iterator().next();
		lane.open();
		Probation probation = queue.pool.engine().probation;
		assertThat(lane.wantsSuspect(0, 1)).isFalse();
		assertThat(wantedOfShard1(lane)).isOne();
		probation.look(queue.pool.engine().now() + Probation.CHOICE_NANOS, List.of(lane));
		assertThat(wantedOfShard1(lane)).isOne();
		assertThat(lane.wantsSuspect(0, 1)).isTrue();
		assertThat(lane.reserveForSuspect(0)).isTrue();
		lane.claimedSuspect(null);
		assertThat(wantedOfShard1(lane)).isEqualTo(2);
	}

	@Test
	void wantedWhenTheSuspectOfAnotherLaneIsChosenKeepsNoPlace() {
		TestQueue queue = open((settings) -> settings.concurrency(2).queue("mail", 2));
		List<Lane> lanes = List.copyOf(queue.pool.lanes());
		lanes.forEach(Lane::open);
		Probation probation = queue.pool.engine().probation;
		assertThat(lanes.get(0).wantsSuspect(0, 2)).isFalse();
		assertThat(lanes.get(1).wantsSuspect(0, 1)).isFalse();
		probation.look(queue.pool.engine().now() + Probation.CHOICE_NANOS, lanes);
		assertThat(wantedOfShard1(lanes.get(0))).isEqualTo(2);
		assertThat(wantedOfShard1(lanes.get(1))).isOne();
	}

	private static int wantedOfShard1(Lane lane) {
		int wanted = lane.wanted(1, 0);
		lane.claimed(1, List.of());
		return wanted;
	}

	@Test
	void closeGivesBackAtOnceWhatHasNotStarted() throws Exception {
		// Nothing else runs: neither the watch nor a writer looks after the lane.
		TestQueue queue = open((settings) -> settings.concurrency(1));
		CountDownLatch started = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		queue.tasks.register("work", Integer.class, (number, context) -> {
			started.countDown();
			return goOn.await(2, TimeUnit.MINUTES);
		});
		List<Long> ids = queue.enqueueAll("work", 5);
		Lane lane = queue.pool.lanes().iterator().next();
		lane.open();
		queue.store.claim(queue.presence.current(), "default", Set.of("work"), 5)
			.forEach((message) -> lane.claimed(message.shard(), List.of(message)));
		started.await();
		lane.close();
		await().until(() -> queue.findAll(ids)
			.stream()
			.filter((row) -> row.state() == MessageState.READY && row.attempt() == 0)
			.count() == 4);
		goOn.countDown();
		await().until(lane::isIdle);
		assertThat(lane.wanted(0, 0)).isZero();
	}

	@Test
	void handlerWhoseEndIsStoredBeforeAsksAtItsReturn() throws Exception {
		// No shard is asked with its end, which is stored when it returns.
		TestQueue queue = open((settings) -> settings.concurrency(1).newestFirst("default"));
		CountDownLatch started = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		queue.tasks.register(TaskDefinition.builder("once", Integer.class, (number, context) -> {
			started.countDown();
			return goOn.await(2, TimeUnit.MINUTES);
		}).delivery(Delivery.AT_MOST_ONCE).build());
		queue.enqueueAll("once", 1);
		Lane lane = queue.pool.lanes().iterator().next();
		lane.open();
		queue.store.claim(queue.presence.current(), "default", Set.of("once"), 1)
			.forEach((message) -> lane.claimed(message.shard(), List.of(message)));
		started.await();
		assertThat(lane.wanted(0, 0)).isZero();
		assertThat(lane.wanted(1, 0)).isZero();
		int before = queue.pokes.get();
		goOn.countDown();
		await().until(() -> queue.pokes.get() > before);
	}

	@Test
	void deadlineWhenThatOfAnotherCannotBeToldIsKept() {
		AtomicInteger asked = new AtomicInteger();
		Random broken = new Random() {

			private static final long serialVersionUID = 1L;

			@Override
			public double nextDouble() {
				asked.incrementAndGet();
				throw new IllegalStateException("as told");
			}

		};
		TestQueue queue = open((settings) -> settings.random(broken)).start();
		CountDownLatch never = new CountDownLatch(1);
		RetryPolicy random = new RetryPolicy(3, Duration.ofMillis(1), 1, Duration.ofMillis(1), 0.5);
		RetryPolicy none = new RetryPolicy(0, Duration.ofMillis(1), 1, Duration.ofMillis(1), 0);
		for (RetryPolicy policy : List.of(random, none)) {
			queue.tasks.register(TaskDefinition
				.builder("retries-" + policy.maxRetries(), Void.class,
						(nothing, context) -> never.await(2, TimeUnit.MINUTES))
				.retryPolicy(policy)
				.timeout(Duration.ofMillis(500))
				.build());
		}
		queue.enqueue("retries-3", null);
		await().until(() -> asked.get() > 0);
		long id = queue.enqueue("retries-0", null);
		queue.awaitState(id, MessageState.DEAD);
		never.countDown();
	}

	@Test
	void slowHandlersAreNotClaimedAhead() {
		TestQueue queue = open((settings) -> settings.concurrency(2)).start();
		CountDownLatch goOn = new CountDownLatch(1);
		AtomicInteger started = new AtomicInteger();
		queue.tasks.register("slow", Integer.class, (number, context) -> {
			started.incrementAndGet();
			goOn.await();
			return null;
		});
		List<Long> ids = queue.enqueueAll("slow", 20);
		await().until(() -> started.get() == 2);
		await().during(Duration.ofMillis(100))
			.until(() -> queue.findAll(ids).stream().filter((row) -> row.state() == MessageState.RUNNING).count() == 2);
		TestQueue other = open((settings) -> settings.concurrency(18)).start();
		CountDownLatch others = new CountDownLatch(18);
		other.tasks.register("slow", Integer.class, (number, context) -> {
			others.countDown();
			return null;
		});
		await().until(() -> others.getCount() == 0);
		goOn.countDown();
		ids.forEach((id) -> queue.awaitState(id, MessageState.COMPLETED));
		assertThat(queue.findAll(ids)).allMatch((row) -> row.attempt() == 1);
	}

	@Test
	void claimedAheadIsHandedBackWhenHandlersTurnSlow() {
		TestQueue queue = open((settings) -> settings.concurrency(1)).start();
		AtomicBoolean slow = new AtomicBoolean();
		CountDownLatch goOn = new CountDownLatch(1);
		Phaser started = new Phaser(1);
		queue.tasks.register("turns", Integer.class, (number, context) -> {
			if (slow.get()) {
				started.arrive();
				goOn.await();
			}
			return null;
		});
		List<Long> warm = queue.enqueueAll("turns", 3000);
		await().until(() -> queue.findAll(warm).stream().allMatch((row) -> row.state().isEnded()));
		slow.set(true);
		List<Long> ids = queue.enqueueAll("turns", 300);
		await().untilAsserted(
				() -> assertThat(queue.findAll(ids).stream().filter((row) -> row.state() == MessageState.RUNNING))
					.hasSize(1));
		assertThat(queue.findAll(ids)).allMatch((row) -> row.attempt() <= 1);
		slow.set(false);
		goOn.countDown();
		await().until(() -> queue.findAll(ids).stream().allMatch((row) -> row.state() == MessageState.COMPLETED));
		assertThat(queue.findAll(ids)).allMatch((row) -> row.attempt() == 1);
	}

	@Test
	void pauseWhenReturnedNoHandlerStartsAndClaimedRowsAreReleased() throws Exception {
		TestQueue queue = open((settings) -> settings.concurrency(2));
		AtomicBoolean paused = new AtomicBoolean();
		AtomicBoolean resumed = new AtomicBoolean();
		AtomicInteger startedWhilePaused = new AtomicInteger();
		queue.tasks.register("work", Integer.class, (number, context) -> {
			if (paused.get()) {
				startedWhilePaused.incrementAndGet();
			}
			// So long that some are left, however late the pause comes.
			TimeUnit.MICROSECONDS.sleep((number < 500 || resumed.get()) ? 100 : (number < 3000) ? 2000 : 60_000);
			return null;
		});
		List<Long> ids = queue.enqueueAll("work", 5000);
		queue.start();
		await().until(() -> queue.recorded.finished.size() > 100);
		queue.store.pause("default");
		// One that was started before the return may be between its start and its first
		// statement.
		await().pollDelay(Duration.ZERO).until(() -> queue.pool.laneStates().get(0).running() == 0);
		paused.set(true);
		queue.awaitIdle();
		assertThat(queue.pool.laneStates().get(0).paused()).isTrue();
		assertThat(queue.findAll(ids)).noneMatch((row) -> row.state() == MessageState.RUNNING);
		assertThat(queue.findAll(ids)).anyMatch((row) -> row.state() == MessageState.READY);
		assertThat(startedWhilePaused).hasValue(0);
		paused.set(false);
		resumed.set(true);
		queue.store.resume("default");
		await().until(() -> queue.findAll(ids).stream().allMatch((row) -> row.state() == MessageState.COMPLETED));
		assertThat(queue.findAll(ids)).allMatch((row) -> row.attempt() == 1);
	}

	@Test
	void taskRegisteredAfterStartGetsItsLane() {
		TestQueue queue = open((settings) -> settings).start();
		long id = queue.enqueue("late", null, (draft) -> draft.queue("mail"));
		queue.tasks
			.register(TaskDefinition.builder("late", Void.class, (nothing, context) -> "done").queue("mail").build());
		queue.awaitState(id, MessageState.COMPLETED);
		assertThat(queue.pool.queues()).containsExactly("default", "mail");
	}

	@Test
	void unknownTaskStaysReady() {
		TestQueue queue = open((settings) -> settings).start();
		queue.tasks.register("known", Void.class, (nothing, context) -> null);
		long unknown = queue.enqueue("unknown", null);
		queue.awaitState(queue.enqueue("known", null), MessageState.COMPLETED);
		assertThat(queue.find(unknown).state()).isEqualTo(MessageState.READY);
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void virtualThreadsRunHandlers() {
		TestQueue queue = open((settings) -> settings.virtualThreads().concurrency(100)).start();
		Set<String> threads = ConcurrentHashMap.newKeySet();
		AtomicInteger handled = new AtomicInteger();
		queue.tasks.register("virtual", Integer.class, (number, context) -> {
			threads.add(Thread.currentThread().toString());
			Thread.sleep(1);
			handled.incrementAndGet();
			return number;
		});
		List<Long> ids = queue.enqueueAll("virtual", 1000);
		await().until(() -> queue.findAll(ids).stream().allMatch((row) -> row.state() == MessageState.COMPLETED));
		assertThat(handled).hasValue(1000);
		assertThat(threads).allMatch((thread) -> thread.startsWith("VirtualThread["));
	}

	@Test
	void executorOfTheUserRunsHandlersAndSettlesAll() {
		ExecutorService executor = Executors.newFixedThreadPool(3, (task) -> new Thread(task, "mine"));
		TestQueue queue = open((settings) -> settings.executor(executor)).start();
		Set<String> threads = ConcurrentHashMap.newKeySet();
		queue.tasks.register("mine", Integer.class, (number, context) -> threads.add(Thread.currentThread().getName()));
		List<Long> ids = queue.enqueueAll("mine", 500);
		await().until(() -> queue.findAll(ids).stream().allMatch((row) -> row.state() == MessageState.COMPLETED));
		assertThat(threads).containsExactly("mine");
		executor.shutdown();
	}

	@Test
	void executorOfATaskRunsItsHandlersBesideTheLanesOwnThreads() {
		List<String> threads = Collections.synchronizedList(new ArrayList<>());
		Executor executor = (run) -> new Thread(run, "special").start();
		TestQueue queue = open((settings) -> settings).start();
		queue.tasks.register(TaskDefinition
			.builder("special", Void.class, (nothing, context) -> threads.add(Thread.currentThread().getName()))
			.executor(executor)
			.build());
		queue.tasks.register("plain", Void.class, (nothing, context) -> threads.add(Thread.currentThread().getName()));
		queue.awaitState(queue.enqueue("special", null), MessageState.COMPLETED);
		queue.awaitState(queue.enqueue("plain", null), MessageState.COMPLETED);
		assertThat(threads).hasSize(2);
		assertThat(threads.get(0)).isEqualTo("special");
		assertThat(threads.get(1)).startsWith("queue-default-");
	}

	@Test
	void executorThatRefusesLosesNeitherRowsNorPermitsNorOtherTasks() throws Exception {
		AtomicBoolean refuse = new AtomicBoolean(true);
		AtomicInteger refusals = new AtomicInteger();
		TestQueue queue = open((settings) -> settings.concurrency(2)).start();
		queue.tasks
			.register(TaskDefinition.builder("refused", Integer.class, (number, context) -> number).executor((run) -> {
				if (refuse.get()) {
					refusals.incrementAndGet();
					throw new RejectedExecutionException("full");
				}
				run.run();
			}).build());
		queue.tasks.register("other", Integer.class, (number, context) -> number);
		List<Long> refused = queue.enqueueAll("refused", 20);
		await().until(() -> refusals.get() > 2);
		List<Long> others = queue.enqueueAll("other", 100);
		await().until(() -> queue.findAll(others).stream().allMatch((row) -> row.state() == MessageState.COMPLETED));
		refuse.set(false);
		await().until(() -> queue.findAll(refused).stream().allMatch((row) -> row.state() == MessageState.COMPLETED));
		assertThat(queue.findAll(refused)).allMatch((row) -> row.attempt() == 1);
		queue.awaitIdle();
		assertThat(queue.pool.laneStates().get(0).running()).isZero();
	}

	@Test
	void executorThatDropsWorkDoesNotKeepThePermit() {
		AtomicBoolean drop = new AtomicBoolean(true);
		TestQueue queue = open((settings) -> settings.concurrency(1).executor((run) -> {
			if (!drop.get()) {
				run.run();
			}
		})).start();
		queue.tasks.register("dropped", Void.class, (nothing, context) -> "done");
		long id = queue.enqueue("dropped", null);
		await().until(() -> queue.pool.laneStates().get(0).running() == 1);
		drop.set(false);
		queue.awaitState(id, MessageState.COMPLETED);
		assertThat(queue.find(id).attempt()).isEqualTo(1);
	}

	@Test
	void startWhenTheFilesCannotBeReadStartsNothingAndMayBeRepeated() {
		TestQueue queue = open((settings) -> settings);
		queue.tasks.register("work", Integer.class, (number, context) -> null);
		List<Long> ids = queue.enqueueAll("work", 1);
		queue.failing = "pauses";
		assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(queue.pool::start);
		assertThat(queue.pool.isRunning()).isFalse();
		queue.failing = "";
		queue.start();
		queue.awaitState(ids.get(0), MessageState.COMPLETED);
	}

	@Test
	void stopReleasesUnstartedWaitsForRunningAndStartGoesOn() throws Exception {
		TestQueue queue = open((settings) -> settings.concurrency(2)).start();
		CountDownLatch started = new CountDownLatch(2);
		CountDownLatch goOn = new CountDownLatch(1);
		AtomicInteger handled = new AtomicInteger();
		queue.tasks.register("work", Integer.class, (number, context) -> {
			started.countDown();
			goOn.await();
			handled.incrementAndGet();
			return null;
		});
		List<Long> ids = queue.enqueueAll("work", 50);
		started.await();
		Thread stop = new Thread(queue.pool::stop);
		stop.start();
		await().until(() -> !queue.pool.isRunning());
		await()
			.until(() -> queue.findAll(ids).stream().filter((row) -> row.state() == MessageState.READY).count() == 48);
		assertThat(stop.isAlive()).isTrue();
		goOn.countDown();
		stop.join(60_000);
		assertThat(stop.isAlive()).isFalse();
		assertThat(handled).hasValue(2);
		assertThat(queue.pool.isIdle()).isTrue();
		queue.pool.start();
		await().until(() -> queue.findAll(ids).stream().allMatch((row) -> row.state() == MessageState.COMPLETED));
		assertThat(queue.findAll(ids)).allMatch((row) -> row.attempt() == 1);
	}

	@Test
	void stopInterruptsWhatRunsAfterTheDrainTimeoutAndReleasesIt() throws Exception {
		TestQueue queue = open((settings) -> settings.drainTimeout(Duration.ofMillis(50))).start();
		CountDownLatch started = new CountDownLatch(1);
		AtomicBoolean cancelled = new AtomicBoolean();
		queue.tasks.register("long", Void.class, (nothing, context) -> {
			started.countDown();
			try {
				new CountDownLatch(1).await();
			}
			finally {
				cancelled.set(context.isCancelled());
			}
			return null;
		});
		long id = queue.enqueue("long", null);
		started.await();
		queue.pool.stop();
		queue.awaitState(id, MessageState.READY);
		queue.awaitIdle();
		assertThat(cancelled).isTrue();
		assertThat(queue.find(id).attempt()).isZero();
		assertThat(queue.recorded.finished).containsExactly(RunOutcome.RELEASED);
	}

	@Test
	void stopLeavesWhatIgnoresTheInterruptItsOwner() throws Exception {
		TestQueue queue = open((settings) -> settings.drainTimeout(Duration.ZERO)).start();
		CountDownLatch started = new CountDownLatch(1);
		AtomicBoolean goOn = new AtomicBoolean();
		queue.tasks.register("deaf", Void.class, (nothing, context) -> {
			started.countDown();
			while (!goOn.get()) {
				Thread.onSpinWait();
			}
			return "done";
		});
		long id = queue.enqueue("deaf", null);
		started.await();
		queue.pool.stop();
		StoredMessage running = queue.find(id);
		assertThat(running.state()).isEqualTo(MessageState.RUNNING);
		goOn.set(true);
		assertThat(queue.awaitState(id, MessageState.COMPLETED).run()).isEqualTo(running.run());
	}

	@Test
	void stopDoesNotWaitForAHandlerInsideSystemExit() throws Exception {
		Path output = this.directory.resolve("exit.txt");
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
				System.getProperty("java.class.path"), ExitingHandler.class.getName(),
				this.directory.resolve("exit").toString())
			.redirectErrorStream(true)
			.redirectOutput(output.toFile())
			.start();
		assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("ended, output %s", output).isTrue();
		assertThat(process.exitValue()).isEqualTo(7);
		assertThat(output).content().contains("stopped within").doesNotContain("stopped late");
	}

	@Test
	void stopDoesNotWaitForTheHandlerThatCallsIt() throws Exception {
		TestQueue queue = open((settings) -> settings.drainTimeout(Duration.ofMinutes(5))).start();
		CountDownLatch stopped = new CountDownLatch(1);
		queue.tasks.register("stops", Void.class, (nothing, context) -> {
			queue.pool.stop();
			stopped.countDown();
			return null;
		});
		long id = queue.enqueue("stops", null);
		assertThat(stopped.await(1, TimeUnit.MINUTES)).isTrue();
		queue.awaitState(id, MessageState.COMPLETED);
	}

	@Test
	void failedRecorderHarmsNoRun() {
		TestQueue queue = TestQueue.open(this.directory, 2, new FailingRecorder(), (settings) -> settings);
		this.queues.add(queue);
		queue.start();
		queue.tasks.register("work", Integer.class, (number, context) -> number);
		List<Long> ids = queue.enqueueAll("work", 50);
		await().until(() -> queue.findAll(ids).stream().allMatch((row) -> row.state() == MessageState.COMPLETED));
		queue.awaitIdle();
		assertThat(queue.findAll(ids)).allMatch((row) -> row.attempt() == 1);
	}

	@Test
	void idleRunnersCostNoPermitAndDispatcherQueueIsBounded() {
		ThreadPoolExecutor executor = new ThreadPoolExecutor(1, 1, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>());
		TestQueue queue = open((settings) -> settings.concurrency(3).executor(executor)).start();
		CountDownLatch goOn = new CountDownLatch(1);
		queue.tasks.register("wait", Integer.class, (number, context) -> {
			goOn.await();
			return null;
		});
		List<Long> ids = queue.enqueueAll("wait", 50);
		await().until(() -> unstarted(executor) == 2);
		await().during(Duration.ofMillis(100)).until(() -> unstarted(executor) <= 2);
		goOn.countDown();
		await().until(() -> queue.findAll(ids).stream().allMatch((row) -> row.state() == MessageState.COMPLETED));
		executor.shutdown();
	}

	/** What has waited there for a second is given back and not started any more. */
	private static long unstarted(ThreadPoolExecutor executor) {
		return executor.getQueue().stream().filter((run) -> ((Run) run).isNew()).count();
	}

	private TestQueue open(UnaryOperator<TestQueue.Settings> settings) {
		TestQueue queue = TestQueue.open(this.directory, settings);
		this.queues.add(queue);
		return queue;
	}

}
