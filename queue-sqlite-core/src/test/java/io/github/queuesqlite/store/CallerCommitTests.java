package io.github.queuesqlite.store;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.StoreUnavailableException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** A caller who waits for his commit anyway makes it himself while the writer rests. */
class CallerCommitTests {

	private static final Duration LONG = Duration.ofSeconds(60);

	private final RecordingSession session = new RecordingSession();

	private GroupCommitWriter<RecordingSession> writer = start(true);

	private GroupCommitWriter<RecordingSession> start(boolean synced) {
		return GroupCommitWriter.start("test-writer", this.session, new Quarantine(0, "shard 0"),
				new WriterSettings(synced, 10, LONG, Duration.ofHours(1), QueueRecorder.NONE));
	}

	@AfterEach
	void close() {
		this.writer.close();
	}

	/** Hands in what the calling thread waits for, and says who did it. */
	private CompletableFuture<Thread> handInAwaited() {
		return handInAwaited((session) -> Thread.currentThread());
	}

	private <R> CompletableFuture<R> handInAwaited(Work<RecordingSession, R> work) {
		Awaited<R> awaited = new Awaited<>();
		this.writer.submit(work, awaited);
		return awaited.future;
	}

	/** Returns once a caller is in the place of the writer. */
	private CompletableFuture<CompletableFuture<Integer>> holdAsCaller(CountDownLatch held, CountDownLatch goOn)
			throws InterruptedException {
		CompletableFuture<CompletableFuture<Integer>> caller = CompletableFuture
			.supplyAsync(() -> handInAwaited((session) -> hold(held, goOn)), CallerCommitTests::onThread);
		held.await();
		return caller;
	}

	private static void onThread(Runnable task) {
		new Thread(task, "test-caller").start();
	}

	private Integer call() {
		return this.writer.call((session) -> 2);
	}

	private void awaitRest() {
		await().pollInSameThread().atMost(LONG).until(() -> handInAwaited().get() == Thread.currentThread());
	}

	@Test
	void callWhenTheWriterRestsIsCommittedByTheCaller() {
		await().pollInSameThread()
			.atMost(LONG)
			.until(() -> this.writer.call((session) -> Thread.currentThread()) == Thread.currentThread());
		assertThat(this.session.committers).contains(Thread.currentThread());
	}

	@Test
	void submitWhenNobodyWaitsIsCommittedByTheWriter() throws Exception {
		awaitRest();
		FutureCompletion<Thread> completion = new FutureCompletion<>();
		this.writer.submit((session) -> Thread.currentThread(), completion);
		assertThat(completion.future().get(1, TimeUnit.MINUTES)).isInstanceOf(WriterThread.class);
	}

	@Test
	void submitWhenTheCallerIsInterruptedIsCommittedByTheWriter() throws Exception {
		awaitRest();
		Thread.currentThread().interrupt();
		CompletableFuture<Thread> done = handInAwaited();
		assertThat(Thread.interrupted()).isTrue();
		assertThat(done.get(1, TimeUnit.MINUTES)).isInstanceOf(WriterThread.class);
	}

	@Test
	void submitWhenTheLatestCommitWasOfSeveralIsCommittedByTheWriter() throws Exception {
		awaitRest();
		CountDownLatch goOn = new CountDownLatch(1);
		CountDownLatch held = new CountDownLatch(1);
		FutureCompletion<Integer> first = new FutureCompletion<>();
		this.writer.submit((session) -> hold(held, goOn), first);
		held.await();
		FutureCompletion<Integer> second = new FutureCompletion<>();
		this.writer.submit((session) -> 2, second);
		FutureCompletion<Integer> third = new FutureCompletion<>();
		this.writer.submit((session) -> 3, third);
		goOn.countDown();
		second.future().get(1, TimeUnit.MINUTES);
		third.future().get(1, TimeUnit.MINUTES);
		assertThat(handInAwaited().get(1, TimeUnit.MINUTES)).isInstanceOf(WriterThread.class);
	}

	@Test
	void submitWhileACallerCommitsIsCommittedByTheWriterAfterwards() throws Exception {
		awaitRest();
		CountDownLatch held = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		CompletableFuture<CompletableFuture<Integer>> caller = holdAsCaller(held, goOn);
		CompletableFuture<Thread> other = handInAwaited();
		FutureCompletion<Thread> third = new FutureCompletion<>();
		this.writer.submit((session) -> Thread.currentThread(), third);
		assertThat(other).isNotDone();
		goOn.countDown();
		assertThat(other.get(1, TimeUnit.MINUTES)).isInstanceOf(WriterThread.class);
		assertThat(third.future().get(1, TimeUnit.MINUTES)).isInstanceOf(WriterThread.class);
		assertThat(caller.get(1, TimeUnit.MINUTES)).succeedsWithin(LONG);
	}

	@Test
	void callWhenItsCommitFailsIsToldTheTruthAfterTheWriterHasLookedItUp() {
		awaitRest();
		this.session.fault = Session.Fault.STORAGE;
		this.session.failure.set(new SQLException("disk I/O error"));
		assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(() -> this.writer.call((session) -> 1))
			.withMessageContaining("disk I/O error")
			.withMessageContaining("Nothing of this was stored");
		assertThat(this.session.probedBy).hasOnlyElementsOfType(WriterThread.class).isNotEmpty();
		await().atMost(LONG).untilAsserted(() -> assertThat(call()).isEqualTo(2));
	}

	@Test
	void callWhenItsWorkFailsStoresNothingAndTheNextGoesOn() {
		awaitRest();
		assertThatExceptionOfType(QueueException.class).isThrownBy(() -> this.writer.call((session) -> {
			throw new StackOverflowError();
		})).withMessageContaining("nothing of it is stored");
		assertThat(this.session.rollbacks).isNotEmpty();
		assertThat(call()).isEqualTo(2);
	}

	@Test
	void callWithinWhatACallerCommitsIsRefused() {
		awaitRest();
		AtomicReference<Throwable> refusal = new AtomicReference<>();
		CompletableFuture<Integer> outer = handInAwaited((session) -> {
			try {
				return this.writer.call((own) -> 1);
			}
			catch (IllegalStateException ex) {
				refusal.set(ex);
				return 2;
			}
		});
		assertThat(outer).succeedsWithin(LONG).isEqualTo(2);
		assertThat(refusal.get()).hasMessageContaining("it would wait for itself");
	}

	@Test
	void closeWhileACallerCommitsWaitsForHim() throws Exception {
		awaitRest();
		CountDownLatch held = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		CompletableFuture<CompletableFuture<Integer>> caller = holdAsCaller(held, goOn);
		CompletableFuture<Void> closed = CompletableFuture.runAsync(this.writer::close, CallerCommitTests::onThread);
		assertThat(closed).isNotDone();
		goOn.countDown();
		closed.get(1, TimeUnit.MINUTES);
		assertThat(caller.get(1, TimeUnit.MINUTES).get(1, TimeUnit.MINUTES)).isEqualTo(1);
		assertThat(this.session.closedAfter).isEqualTo(this.session.committers.size());
	}

	@Test
	void commitOfACallerWhenDurabilityIsNormalIsSyncedALittleLater() {
		this.writer.close();
		this.writer = start(false);
		awaitRest();
		await().atMost(LONG).until(() -> !this.session.probedBy.isEmpty());
		this.session.probedBy.clear();
		this.writer.call((session) -> 1);
		await().atMost(LONG).untilAsserted(() -> assertThat(this.session.probedBy).isNotEmpty());
	}

	private static int hold(CountDownLatch held, CountDownLatch goOn) {
		held.countDown();
		try {
			goOn.await();
			return 1;
		}
		catch (InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	/** Says that its thread waits; the test looks at it afterwards. */
	private static final class Awaited<R> implements Completion<R> {

		private final CompletableFuture<R> future = new CompletableFuture<>();

		@Override
		public void succeeded(R result) {
			this.future.complete(result);
		}

		@Override
		public void failed(QueueException failure) {
			this.future.completeExceptionally(failure);
		}

		@Override
		public boolean isAwaited() {
			return true;
		}

	}

	/** Notes who does what. */
	private static final class RecordingSession extends MemorySession {

		private final List<Thread> committers = new CopyOnWriteArrayList<>();

		private final List<Thread> probedBy = new CopyOnWriteArrayList<>();

		private final List<Thread> rollbacks = new CopyOnWriteArrayList<>();

		private final AtomicReference<SQLException> failure = new AtomicReference<>();

		private volatile Fault fault = Fault.DEFECT;

		private volatile int closedAfter = -1;

		@Override
		public void commit() throws SQLException {
			SQLException failure = this.failure.getAndSet(null);
			if (failure != null) {
				throw failure;
			}
			this.committers.add(Thread.currentThread());
		}

		@Override
		public void rollback() {
			this.rollbacks.add(Thread.currentThread());
		}

		@Override
		public Fault classify(SQLException failure) {
			return this.fault;
		}

		@Override
		public void probe() {
			this.probedBy.add(Thread.currentThread());
		}

		@Override
		public void close() {
			this.closedAfter = this.committers.size();
		}

	}

}
