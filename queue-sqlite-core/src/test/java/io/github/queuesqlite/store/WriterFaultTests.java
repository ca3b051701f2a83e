package io.github.queuesqlite.store;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.message.QueueException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** What a writer does when memory lacks, or somebody else throws what they must not. */
class WriterFaultTests {

	private final FailingSession session = new FailingSession();

	private final GroupCommitWriter<FailingSession> writer = start(QueueRecorder.NONE);

	private GroupCommitWriter<FailingSession> start(QueueRecorder recorder) {
		return GroupCommitWriter.start("test-writer", this.session, new Quarantine(0, "shard 0"),
				new WriterSettings(true, 1000, Duration.ofSeconds(10), Duration.ofSeconds(1), recorder));
	}

	@AfterEach
	void close() {
		this.writer.close();
	}

	/** Holds the writer until the rest is handed in, so that all is one batch. */
	private CountDownLatch hold() throws InterruptedException {
		CountDownLatch held = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		this.writer.submit((session) -> {
			held.countDown();
			hold(goOn);
			return 0;
		}, new FutureCompletion<>());
		held.await();
		return goOn;
	}

	private static void hold(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	private CompletableFuture<Integer> submit(int value) {
		FutureCompletion<Integer> completion = new FutureCompletion<>();
		this.writer.submit((session) -> value, completion);
		return completion.future();
	}

	@Test
	void completionWhenItThrowsAnErrorIsToldThatTheOutcomeIsUnknownAndTheOthersTheTruth() throws Exception {
		CountDownLatch goOn = hold();
		CompletableFuture<Integer> before = submit(1);
		CompletableFuture<QueueException> told = new CompletableFuture<>();
		this.writer.submit((session) -> 2, new Completion<Integer>() {

			@Override
			public void succeeded(Integer result) {
				throw new OutOfMemoryError("just now");
			}

			@Override
			public void failed(QueueException failure) {
				told.complete(failure);
			}

		});
		CompletableFuture<Integer> after = submit(3);
		goOn.countDown();
		assertThat(before.get(1, TimeUnit.MINUTES)).isEqualTo(1);
		assertThat(after.get(1, TimeUnit.MINUTES)).isEqualTo(3);
		assertThat(told.get(1, TimeUnit.MINUTES)).hasMessageContaining("could not tell");
	}

	@Test
	void commitWhenMemoryLacksAfterwardsIsLookedUpNotRepeated() throws Exception {
		CountDownLatch goOn = hold();
		this.session.failuresAfterCommit.set(1);
		AtomicInteger executed = new AtomicInteger();
		FutureCompletion<Integer> completion = new FutureCompletion<>();
		this.writer.submit((session) -> executed.incrementAndGet(), completion);
		// Several in a batch would be tried one by one.
		submit(2);
		this.session.countFrom.set(1);
		goOn.countDown();
		assertThatExceptionOfType(java.util.concurrent.ExecutionException.class)
			.isThrownBy(() -> completion.future().get(1, TimeUnit.MINUTES));
		assertThat(executed).hasValue(1);
		await().untilAsserted(() -> assertThat(submit(4).get(1, TimeUnit.MINUTES)).isEqualTo(4));
	}

	@Test
	void recorderWhenItThrowsKeepsNobodyWaiting() throws Exception {
		try (GroupCommitWriter<FailingSession> other = start(new QueueRecorder() {

			@Override
			public void committed(int shard, Duration duration, int rows) {
				throw new NoClassDefFoundError("gone");
			}

		})) {
			FutureCompletion<Integer> completion = new FutureCompletion<>();
			other.submit((session) -> 5, completion);
			assertThat(completion.future().get(1, TimeUnit.MINUTES)).isEqualTo(5);
		}
	}

	/** A session without a file. */
	private static final class FailingSession extends MemorySession {

		final AtomicInteger failuresAfterCommit = new AtomicInteger();

		/** Commits to let pass before one fails. */
		final AtomicInteger countFrom = new AtomicInteger();

		@Override
		public void damaged(SQLException failure) {
			throw new AssertionError(failure);
		}

		@Override
		public void commit() {
			if (this.countFrom.getAndDecrement() <= 0 && this.failuresAfterCommit.getAndDecrement() > 0) {
				throw new OutOfMemoryError("just now");
			}
		}

	}

}
