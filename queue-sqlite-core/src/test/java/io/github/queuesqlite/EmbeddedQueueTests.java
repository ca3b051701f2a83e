package io.github.queuesqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.task.RetryPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/** Tests of {@link EmbeddedQueue}. */
class EmbeddedQueueTests extends QueueTester {

	@Test
	void buildCreatesTheDirectoryAndShowsItAbsolute() {
		Path relative = Path.of("").toAbsolutePath().relativize(this.directory.toAbsolutePath()).resolve("new/queue");
		try (EmbeddedQueue queue = EmbeddedQueue.builder(relative).name("orders").build()) {
			assertThat(queue.directory()).isAbsolute().isEqualTo(this.directory.resolve("new/queue"));
			assertThat(this.directory.resolve("new/queue/orders/queue_shard_0.db")).exists();
			assertThat(queue.isRunning()).isFalse();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "..", ".", "../other", "/etc", "a/b", "a\\b", "a\nb", "" })
	void nameWhenItWouldLeaveTheDirectoryIsRefused(String name) {
		EmbeddedQueue.Builder builder = EmbeddedQueue.builder(this.directory);
		assertThatIllegalArgumentException().isThrownBy(() -> builder.name(name))
			.satisfies((ex) -> assertThat(ex.getMessage()).startsWith("'name'").doesNotContain("\n"));
	}

	@Test
	void cacheWhenItsSizeIsOutOfRangeIsRefused() {
		EmbeddedQueue.Builder builder = EmbeddedQueue.builder(this.directory);
		assertThatIllegalArgumentException().isThrownBy(() -> builder.writerCache(256 * 1024 - 1))
			.withMessage("'writerCache' must be from 256 KB to 16 GB, was 262143");
		assertThatIllegalArgumentException().isThrownBy(() -> builder.readerCache((16L << 30) + 1))
			.withMessage("'readerCache' must be from 256 KB to 16 GB, was 17179869185");
	}

	@Test
	void messagesSurviveCloseAndOpen() {
		open();
		MessageId id = this.operations.enqueue(TASK, "a");
		this.queue.close();
		open();
		this.queue.tasks().register(TASK, String.class, (payload, context) -> "done " + payload);
		this.queue.start();
		assertThat(this.operations.await(id, String.class, LONG)).isEqualTo("done a");
	}

	@Test
	void temporaryDeletesItsDirectoryAtClose() {
		EmbeddedQueue queue = EmbeddedQueue.temporary().build();
		Path temporary = queue.directory();
		queue.operations().enqueue(TASK, null);
		queue.listen().put("key", "value");
		assertThat(temporary).isDirectory();
		queue.close();
		assertThat(temporary).doesNotExist();
	}

	@Test
	void closeKeepsADirectoryOfTheUser() {
		open();
		this.queue.close();
		assertThat(this.directory.resolve("default/queue_shard_0.db")).exists();
	}

	@Test
	void closeTwiceAndStopUnstartedHaveNoEffect() {
		open();
		this.queue.stop();
		assertThat(this.queue.isRunning()).isFalse();
		this.queue.close();
		this.queue.close();
		this.queue.stop();
		assertThat(this.queue.isRunning()).isFalse();
	}

	@Test
	void startWhenClosedIsRefused() {
		open();
		this.queue.close();
		assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(() -> this.queue.start())
			.withMessageContaining("closed");
		assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(() -> this.queue.status())
			.withMessageContaining("closed");
	}

	@Test
	void startAfterStopTakesANewEpoch() {
		open();
		Set<Long> epochs = ConcurrentHashMap.newKeySet();
		this.queue.tasks()
			.register(TASK, String.class, (payload, context) -> epochs.add(context.fencingToken().epoch()));
		for (int i = 1; i <= 3; i++) {
			this.queue.start();
			this.queue.start();
			assertThat(this.queue.isRunning()).isTrue();
			assertThat(this.operations.submit(message(), Boolean.class)).succeedsWithin(LONG).isEqualTo(true);
			this.queue.stop();
			this.queue.stop();
			assertThat(this.queue.isRunning()).isFalse();
			assertThat(epochs).hasSize(i);
		}
	}

	@Test
	void stopLetsHandlersEndAndStartsNoMore() throws Exception {
		open((builder) -> builder.concurrency(2));
		CountDownLatch started = new CountDownLatch(2);
		CountDownLatch go = new CountDownLatch(1);
		this.queue.tasks().register(TASK, String.class, (payload, context) -> {
			started.countDown();
			go.await();
			return payload;
		});
		this.queue.start();
		List<MessageId> ids = new ArrayList<>();
		for (int i = 0; i < 5; i++) {
			ids.add(this.operations.enqueue(TASK, "a"));
		}
		awaitLatch(started);
		CompletableFuture<Void> stopped = CompletableFuture.runAsync(this.queue::stop, QueueTester::onThread);
		await().until(() -> !this.queue.isRunning());
		go.countDown();
		assertThat(stopped).succeedsWithin(LONG);
		assertThat(
				ids.stream().map(this::state).collect(Collectors.groupingBy((state) -> state, Collectors.counting())))
			.containsEntry(MessageState.COMPLETED, 2L)
			.containsEntry(MessageState.READY, 3L);
		MessageId late = this.operations.enqueue(TASK, "still accepted");
		assertThat(state(late)).isEqualTo(MessageState.READY);
		this.queue.start();
		assertThat(this.operations.drain(LONG)).isTrue();
		assertThat(all()).extracting(Message::state).containsOnly(MessageState.COMPLETED);
		assertThat(all()).extracting(Message::attempt).containsOnly(1);
	}

	@Test
	void lifeCycleWhenCalledByManyThreadsEndsClosed() throws Exception {
		for (int round = 0; round < 5; round++) {
			open();
			this.queue.tasks().register(TASK, String.class, (payload, context) -> payload);
			CyclicBarrier barrier = new CyclicBarrier(6);
			List<Throwable> unexpected = java.util.Collections.synchronizedList(new ArrayList<>());
			List<Thread> threads = new ArrayList<>();
			for (int i = 0; i < 6; i++) {
				int number = i;
				Thread thread = new Thread(() -> {
					try {
						barrier.await();
						switch (number) {
							case 0, 1 -> this.queue.start();
							case 2 -> this.queue.stop();
							case 3, 4 -> this.queue.close();
							default -> {
								while (true) {
									this.operations.enqueue(TASK, "a");
								}
							}
						}
					}
					catch (StoreUnavailableException ex) {
						// Closed before: expected.
					}
					catch (Throwable ex) {
						unexpected.add(ex);
					}
				});
				thread.start();
				threads.add(thread);
			}
			for (Thread thread : threads) {
				thread.join(LONG.toMillis());
				assertThat(thread.isAlive()).isFalse();
			}
			assertThat(unexpected).isEmpty();
			assertThat(this.queue.isRunning()).isFalse();
		}
	}

	@Test
	void closeCommitsWhatWasHandedIn() throws Exception {
		open();
		List<CompletableFuture<MessageId>> futures = new ArrayList<>();
		for (int i = 0; i < 2000; i++) {
			futures.add(this.operations.enqueueAsync(message()));
		}
		this.queue.close();
		Set<MessageId> accepted = ConcurrentHashMap.newKeySet();
		for (CompletableFuture<MessageId> future : futures) {
			accepted.add(future.get(LONG.toSeconds(), TimeUnit.SECONDS));
		}
		assertThat(accepted).hasSize(2000);
		open();
		assertThat(this.operations.length()).isEqualTo(2000);
	}

	@Test
	void closeWhenInterruptedClosesCleanly() {
		open();
		this.operations.enqueue(TASK, null);
		Thread.currentThread().interrupt();
		this.queue.close();
		assertThat(Thread.interrupted()).isTrue();
		open();
		assertThat(this.operations.length()).isOne();
	}

	@Test
	void stopWhenInterruptedStopsAllAndMayBeStartedAgain() {
		open((builder) -> builder.queue("other", 1));
		this.queue.tasks().register(TASK, String.class, (payload, context) -> payload);
		this.queue.start();
		Thread.currentThread().interrupt();
		this.queue.stop();
		assertThat(Thread.interrupted()).isTrue();
		assertThat(this.queue.isRunning()).isFalse();
		this.queue.start();
		assertThat(this.operations.submit(message().queue("default"), String.class)).succeedsWithin(LONG);
		assertThat(this.operations.submit(message().queue("other"), String.class)).succeedsWithin(LONG);
	}

	@Test
	void closeEndsAllThreads() {
		Set<Thread> before = Set.copyOf(Thread.getAllStackTraces().keySet());
		open();
		this.queue.tasks().register(TASK, String.class, (payload, context) -> payload);
		this.queue.start();
		assertThat(this.operations.submit(message(), String.class)).succeedsWithin(LONG);
		this.queue.close();
		await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
			.filteredOn((thread) -> !before.contains(thread) && thread.getName().startsWith("queue"))
			.isEmpty());
	}

	@Test
	void threadsWhenNotStartedAreDaemons() {
		open();
		this.operations.enqueueAsync(message()).join();
		CompletableFuture<String> waiting = this.operations.submit(message(), String.class);
		assertThat(queueThreads()).isNotEmpty().allMatch(Thread::isDaemon);
		this.queue.start();
		assertThat(queueThreads()).filteredOn((thread) -> !thread.isDaemon()).hasSize(1);
		this.queue.stop();
		await().untilAsserted(() -> assertThat(queueThreads()).allMatch(Thread::isDaemon));
		waiting.cancel(false);
	}

	private static List<Thread> queueThreads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.isAlive() && thread.getName().startsWith("queue"))
			.toList();
	}

	@Test
	void buildWhenDirectoryIsAFileFailsAndLeavesNothingOpen() throws IOException {
		Path file = Files.writeString(this.directory.resolve("file"), "no directory");
		int threads = queueThreads().size();
		assertThatExceptionOfType(QueueException.class).isThrownBy(() -> EmbeddedQueue.builder(file).build())
			.withMessageContaining(file.toString());
		await().untilAsserted(() -> assertThat(queueThreads()).hasSizeLessThanOrEqualTo(threads));
	}

	@Test
	void statusShowsShardsLanesAndStuckRuns() throws Exception {
		open((builder) -> builder.shards(2)
			.queue("mail", 3)
			.timeout(Duration.ofMillis(50))
			.retry(new RetryPolicy(0, Duration.ZERO, 1, Duration.ZERO, 0))
			.drainTimeout(Duration.ZERO));
		CountDownLatch go = new CountDownLatch(1);
		this.queue.tasks().register(TASK, String.class, (payload, context) -> {
			boolean done = false;
			while (!done) {
				try {
					go.await();
					done = true;
				}
				catch (InterruptedException ex) {
					// Ignores its timeout on purpose.
				}
			}
			return null;
		});
		QueueStatus stopped = this.queue.status();
		assertThat(stopped.running()).isFalse();
		assertThat(stopped.shards()).hasSize(2);
		await().untilAsserted(() -> assertThat(this.queue.status().unwritable()).isEmpty());
		assertThat(stopped.failingLoops()).isEmpty();
		this.queue.start();
		MessageId id = this.operations.enqueue(TASK, null);
		// Its time may be over before it has reached its handler, and so has a thread.
		await().atMost(LONG)
			.untilAsserted(() -> assertThat(this.queue.status().stuckRuns()).singleElement()
				.satisfies((run) -> assertThat(run.thread()).isNotEmpty()));
		QueueStatus status = this.queue.status();
		assertThat(status.running()).isTrue();
		assertThat(status.stuckRuns().get(0).id()).isEqualTo(id);
		assertThat(status.stuckRuns().get(0).thread()).isNotEmpty();
		assertThat(status.lanes()).extracting(QueueStatus.LaneStatus::queue).containsExactly("default", "mail");
		assertThat(status.lanes().get(0).running()).isOne();
		assertThat(status.lanes().get(1).concurrency()).isEqualTo(3);
		go.countDown();
	}

	@Test
	void twoQueuesOfOneDirectoryShareTheWork() {
		open();
		Set<String> handledBy = ConcurrentHashMap.newKeySet();
		try (EmbeddedQueue other = EmbeddedQueue.builder(this.directory).build()) {
			this.queue.tasks().register(TASK, String.class, (payload, context) -> handledBy.add("one"));
			other.tasks().register(TASK, String.class, (payload, context) -> handledBy.add("other"));
			this.queue.start();
			other.start();
			this.operations.enqueueAll(java.util.Collections.nCopies(2000, message()));
			assertThat(this.operations.drain(LONG)).isTrue();
			assertThat(other.operations().drain(LONG)).isTrue();
		}
		assertThat(handledBy).contains("one");
		assertThat(this.operations.list(io.github.queuesqlite.message.MessageQuery.all().limit(1000)))
			.extracting(Message::attempt)
			.containsOnly(1);
	}

	@Test
	void listenDataIsDeliveredWhileStarted() {
		open();
		List<Object> values = java.util.Collections.synchronizedList(new ArrayList<>());
		this.queue.listeners()
			.register(new io.github.queuesqlite.listen.ListenerDefinition("listener", List.of("orders.*"), String.class,
					false, (change) -> values.add(change.newValue())));
		assertThat(this.queue.listen().put("orders.1", "a")).isOne();
		this.queue.start();
		this.queue.listen().put("orders.1", "b");
		await().untilAsserted(() -> assertThat(values).containsExactly("a", "b"));
	}

}
