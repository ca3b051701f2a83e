package io.github.queuesqlite.metrics;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.message.StoreUnavailableException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Tests for {@link QueueSampler}. */
@ExtendWith(OutputCaptureExtension.class)
class QueueSamplerTests {

	private final AtomicInteger reads = new AtomicInteger();

	private final List<QueueSample> samples = new CopyOnWriteArrayList<>();

	private final List<AutoCloseable> closeables = new CopyOnWriteArrayList<>();

	@AfterEach
	void close() throws Exception {
		for (AutoCloseable closeable : this.closeables) {
			closeable.close();
		}
	}

	@Test
	void nothingIsReadUnlessAskedFor() {
		sampler(Duration.ofMillis(1), () -> stats(1));
		await().during(Duration.ofMillis(50)).until(this.reads::get, (reads) -> reads == 0);
	}

	@Test
	void latestWhenAskedFirstWaitsForASample() {
		QueueSampler sampler = sampler(Duration.ofHours(1), () -> stats(3));
		assertThat(sampler.latest().count("mail", MessageState.READY)).isEqualTo(3);
	}

	@Test
	void latestWhenAskedOftenReadsOnce() {
		QueueSampler sampler = sampler(Duration.ofHours(1), () -> stats(3));
		for (int i = 0; i < 1000; i++) {
			sampler.latest();
		}
		assertThat(this.reads).hasValue(1);
	}

	@Test
	void latestIsRefreshedInTheBackground() {
		QueueSampler sampler = sampler(Duration.ofMillis(5), () -> stats(this.reads.get()));
		sampler.latest();
		await().untilAsserted(
				() -> assertThat(sampler.latest().count("mail", MessageState.READY)).isGreaterThanOrEqualTo(3));
		assertThat(this.samples).hasSizeGreaterThanOrEqualTo(2);
	}

	@Test
	@Timeout(60)
	void latestWhenTheStoreHangsReturnsTheOldValuesAfterAMoment() {
		CountDownLatch hang = new CountDownLatch(1);
		this.closeables.add(hang::countDown);
		QueueSampler sampler = sampler(Duration.ofMillis(5), Duration.ofMillis(20), () -> {
			awaitQuietly(hang);
			return stats(3);
		});
		for (int i = 0; i < 100; i++) {
			assertThat(sampler.latest().count("mail", MessageState.READY)).isZero();
		}
	}

	@Test
	void latestWhenTheStoreCannotBeReadKeepsValuesWarnsOnceAndRecovers(CapturedOutput output) {
		AtomicBoolean healed = new AtomicBoolean();
		QueueSampler sampler = sampler(Duration.ofMillis(2), () -> {
			if (this.reads.get() > 1 && !healed.get()) {
				throw new StoreUnavailableException("disk gone", null);
			}
			return stats(this.reads.get());
		});
		assertThat(sampler.latest().count("mail", MessageState.READY)).isEqualTo(1);
		await().until(() -> this.reads.get() >= 10);
		assertThat(sampler.latest().count("mail", MessageState.READY)).isEqualTo(1);
		healed.set(true);
		await().untilAsserted(
				() -> assertThat(sampler.latest().count("mail", MessageState.READY)).isGreaterThanOrEqualTo(10));
		assertThat(output).containsOnlyOnce("Cannot read the numbers of the queue");
	}

	@Test
	void closeWhenSamplingEndsIt() {
		QueueSampler sampler = sampler(Duration.ofMillis(1), () -> stats(1));
		sampler.latest();
		sampler.close();
		sampler.close();
		int reads = this.reads.get();
		assertThat(sampler.latest().count("mail", MessageState.READY)).isEqualTo(1);
		assertThat(this.reads.get()).isLessThanOrEqualTo(reads + 1);
	}

	@Test
	@Timeout(60)
	void closeWhileTheNumbersAreReadWarnsOfNothing(CapturedOutput output) {
		CountDownLatch never = new CountDownLatch(1);
		CompletableFuture<Thread> reader = new CompletableFuture<>();
		QueueSampler sampler = sampler(Duration.ofMillis(5), Duration.ofMillis(20), () -> {
			reader.complete(Thread.currentThread());
			try {
				never.await();
				return stats(1);
			}
			catch (InterruptedException ex) {
				throw new StoreUnavailableException("interrupted", ex);
			}
		});
		sampler.latest();
		Thread thread = reader.join();
		sampler.close();
		await().until(() -> !thread.isAlive());
		assertThat(output).doesNotContain("Cannot read the numbers");
	}

	private QueueSampler sampler(Duration interval, Supplier<QueueStats> source) {
		return sampler(interval, Duration.ofMinutes(1), source);
	}

	private QueueSampler sampler(Duration interval, Duration patience, Supplier<QueueStats> source) {
		QueueSampler sampler = new QueueSampler(() -> {
			this.reads.incrementAndGet();
			return source.get();
		}, interval, patience, this.samples::add);
		this.closeables.add(sampler);
		return sampler;
	}

	private static QueueStats stats(long ready) {
		return new QueueStats(List.of(new QueueStats.Count("mail", "mail.welcome", MessageState.READY, ready)),
				Map.of(), List.of(), Set.of(), Set.of(), List.of(), List.of(), List.of());
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
