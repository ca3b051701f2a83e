package io.github.queuesqlite.worker;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.task.TaskDefinition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Tests for handlers that return a stage, on each kind of thread that they run on. */
class StageTests {

	@TempDir
	Path directory;

	private final ExecutorService executor = Executors.newSingleThreadExecutor((task) -> new Thread(task, "mine"));

	private TestQueue queue;

	@AfterEach
	void close() {
		this.queue.close();
		this.executor.shutdownNow();
	}

	static Stream<Threads> threads() {
		boolean virtual = Runtime.version().feature() >= 21;
		return Stream.of(Threads.values()).filter((threads) -> threads != Threads.VIRTUAL || virtual);
	}

	@ParameterizedTest
	@MethodSource("threads")
	void stageIsAwaitedAndHoldsItsPermit(Threads threads) throws Exception {
		start(threads, (settings) -> settings.concurrency(1));
		CompletableFuture<String> result = new CompletableFuture<>();
		CountDownLatch returned = new CountDownLatch(1);
		this.queue.tasks.register("async", Void.class, (nothing, context) -> {
			returned.countDown();
			return result;
		});
		this.queue.tasks.register("next", Void.class, (nothing, context) -> "next");
		long async = this.queue.enqueue("async", null);
		returned.await();
		long next = this.queue.enqueue("next", null);
		await().during(Duration.ofMillis(150)).until(() -> this.queue.find(next).state() == MessageState.READY);
		assertThat(this.queue.find(async).state()).isEqualTo(MessageState.RUNNING);
		result.complete("later");
		this.queue.awaitState(async, MessageState.COMPLETED);
		this.queue.awaitState(next, MessageState.COMPLETED);
		assertThat(this.queue.result(async)).isEqualTo("later");
	}

	@ParameterizedTest
	@MethodSource("threads")
	void stageHoldsNoThread(Threads threads) {
		start(threads, (settings) -> settings.concurrency(2));
		CompletableFuture<String> result = new CompletableFuture<>();
		Set<String> used = ConcurrentHashMap.newKeySet();
		this.queue.tasks.register("async", Void.class, (nothing, context) -> {
			used.add(Thread.currentThread().toString());
			return result;
		});
		this.queue.tasks.register("next", Void.class, (nothing, context) -> {
			used.add(Thread.currentThread().toString());
			return "next";
		});
		long async = this.queue.enqueue("async", null);
		await().until(() -> used.size() == 1);
		// The only thread of the executor is free for it.
		this.queue.awaitState(this.queue.enqueue("next", null), MessageState.COMPLETED);
		assertThat(used).allMatch((thread) -> thread.contains(threads.names));
		result.complete("later");
		this.queue.awaitState(async, MessageState.COMPLETED);
	}

	@ParameterizedTest
	@MethodSource("threads")
	void stageWhenItFailsFailsTheAttempt(Threads threads) {
		start(threads, (settings) -> settings.maxRetries(1));
		this.queue.tasks.register("async", Void.class, (nothing, context) -> CompletableFuture.supplyAsync(() -> {
			throw new IllegalStateException("attempt " + context.attempt());
		}));
		long id = this.queue.enqueue("async", null);
		this.queue.awaitState(id, MessageState.DEAD);
		assertThat(this.queue.store.failures(id)).extracting((failure) -> failure.type() + ": " + failure.message())
			.containsExactly("java.lang.IllegalStateException: attempt 1",
					"java.lang.IllegalStateException: attempt 2");
	}

	@ParameterizedTest
	@MethodSource("threads")
	void stageWhenTimedOutIsCancelledAndItsLateResultDiscarded(Threads threads) {
		start(threads, (settings) -> settings.maxRetries(0));
		CompletableFuture<String> result = new CompletableFuture<>();
		this.queue.tasks.register(TaskDefinition.builder("async", Void.class, (nothing, context) -> result)
			.timeout(Duration.ofMillis(50))
			.build());
		long id = this.queue.enqueue("async", null);
		this.queue.awaitState(id, MessageState.DEAD);
		await().until(result::isCancelled);
		await().until(() -> this.queue.pool.laneStates().get(0).running() == 0);
	}

	@ParameterizedTest
	@MethodSource("threads")
	void stageWhenCancelledEndsCancelled(Threads threads) throws Exception {
		start(threads, (settings) -> settings);
		CompletableFuture<String> result = new CompletableFuture<>();
		CountDownLatch returned = new CountDownLatch(1);
		this.queue.tasks.register("async", Void.class, (nothing, context) -> {
			returned.countDown();
			return result;
		});
		long id = this.queue.enqueue("async", null);
		returned.await();
		this.queue.store.cancel(id);
		this.queue.awaitState(id, MessageState.CANCELLED);
		assertThat(result).isCancelled();
	}

	private void start(Threads threads, UnaryOperator<TestQueue.Settings> settings) {
		this.queue = TestQueue.open(this.directory, (all) -> settings.apply(switch (threads) {
			case OWN -> all;
			case VIRTUAL -> all.virtualThreads();
			case EXECUTOR -> all.executor(this.executor);
		})).start();
	}

	/** What handlers run on. */
	enum Threads {

		OWN("queue-default-"), VIRTUAL("VirtualThread["), EXECUTOR("mine");

		private final String names;

		Threads(String names) {
			this.names = names;
		}

	}

}
