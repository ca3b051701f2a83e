package io.github.queuesqlite;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Tests of {@link CompletionExecutor}. */
class CompletionExecutorTests {

	private final CompletionExecutor executor = new CompletionExecutor("queue-test-callbacks");

	private final CountDownLatch never = new CountDownLatch(1);

	@AfterEach
	void close() {
		this.never.countDown();
		this.executor.close(0);
	}

	@Test
	void executeWhenWorkBlocksForEverRunsTheRest() throws InterruptedException {
		CountDownLatch rest = new CountDownLatch(1000);
		for (int i = 0; i < 1000; i++) {
			boolean blocks = i % 10 == 0;
			this.executor.execute(() -> {
				rest.countDown();
				if (blocks) {
					awaitQuietly(this.never);
				}
			});
		}
		assertThat(rest.await(60, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void executeWhenDrainerIsStuckAndNothingElseComesRunsWhatWaits() throws InterruptedException {
		CountDownLatch stuck = new CountDownLatch(1);
		this.executor.execute(() -> {
			stuck.countDown();
			awaitQuietly(this.never);
		});
		assertThat(stuck.await(60, TimeUnit.SECONDS)).isTrue();
		CountDownLatch ran = new CountDownLatch(1);
		this.executor.execute(ran::countDown);
		assertThat(ran.await(60, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void executeWhenWorkIsQuickUsesFewThreads() throws InterruptedException {
		Set<Thread> threads = ConcurrentHashMap.newKeySet();
		for (int round = 0; round < 50; round++) {
			CountDownLatch batch = new CountDownLatch(100);
			for (int i = 0; i < 100; i++) {
				this.executor.execute(() -> {
					threads.add(Thread.currentThread());
					batch.countDown();
				});
			}
			assertThat(batch.await(60, TimeUnit.SECONDS)).isTrue();
		}
		// A busy machine may make a drainer look stuck now and then.
		assertThat(threads).hasSizeLessThan(500);
	}

	@Test
	void executeWhenCalledByManyThreadsRunsEachOnce() throws InterruptedException {
		int producers = 8;
		int each = 20_000;
		AtomicInteger ran = new AtomicInteger();
		Set<Integer> seen = ConcurrentHashMap.newKeySet();
		List<Thread> threads = new ArrayList<>();
		for (int p = 0; p < producers; p++) {
			int first = p * each;
			Thread thread = new Thread(() -> {
				for (int i = 0; i < each; i++) {
					int number = first + i;
					this.executor.execute(() -> {
						seen.add(number);
						ran.incrementAndGet();
					});
				}
			});
			thread.start();
			threads.add(thread);
		}
		for (Thread thread : threads) {
			thread.join();
		}
		await().untilAsserted(() -> assertThat(ran).hasValue(producers * each));
		assertThat(seen).hasSize(producers * each);
	}

	@Test
	void executeWhenWorkThrowsGoesOn() throws InterruptedException {
		CountDownLatch ran = new CountDownLatch(1);
		this.executor.execute(() -> {
			throw new AssertionError("thrown on purpose");
		});
		this.executor.execute(ran::countDown);
		assertThat(ran.await(60, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void executeWhenEarlierWorkLeftTheInterruptFlagClearsIt() throws InterruptedException {
		CountDownLatch ran = new CountDownLatch(1);
		List<Boolean> interrupted = new ArrayList<>();
		this.executor.execute(() -> Thread.currentThread().interrupt());
		this.executor.execute(() -> {
			interrupted.add(Thread.currentThread().isInterrupted());
			ran.countDown();
		});
		assertThat(ran.await(60, TimeUnit.SECONDS)).isTrue();
		assertThat(interrupted).containsExactly(false);
	}

	@Test
	void closeWhenWorkWaitsRunsItAndEndsThreads() {
		Set<Thread> threads = ConcurrentHashMap.newKeySet();
		AtomicInteger ran = new AtomicInteger();
		for (int i = 0; i < 1000; i++) {
			this.executor.execute(() -> {
				threads.add(Thread.currentThread());
				ran.incrementAndGet();
			});
		}
		this.executor.close(60_000);
		assertThat(ran).hasValue(1000);
		await().untilAsserted(() -> assertThat(threads).noneMatch(Thread::isAlive));
	}

	@Test
	void closeWhenWorkOutlivesItEndsTheThreadWithTheWork() throws InterruptedException {
		CompletionExecutor executor = new CompletionExecutor("queue-test-callbacks", TimeUnit.HOURS.toNanos(1));
		CountDownLatch started = new CountDownLatch(1);
		AtomicReference<Thread> thread = new AtomicReference<>();
		executor.execute(() -> {
			thread.set(Thread.currentThread());
			started.countDown();
			awaitQuietly(this.never);
		});
		started.await();
		executor.close(0);
		this.never.countDown();
		await().until(() -> !thread.get().isAlive());
	}

	@Test
	void closeWhenCalledByWorkDoesNotWaitForItself() throws InterruptedException {
		CountDownLatch ran = new CountDownLatch(1);
		this.executor.execute(() -> {
			this.executor.close(60_000);
			ran.countDown();
		});
		assertThat(ran.await(60, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void threadsAreDaemons() throws InterruptedException {
		List<Boolean> daemon = new ArrayList<>();
		CountDownLatch ran = new CountDownLatch(1);
		this.executor.execute(() -> {
			daemon.add(Thread.currentThread().isDaemon());
			ran.countDown();
		});
		assertThat(ran.await(60, TimeUnit.SECONDS)).isTrue();
		assertThat(daemon).containsExactly(true);
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
