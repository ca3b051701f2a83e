package io.github.queuesqlite.store;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.message.StoreUnavailableException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** What a writer does by what its disk has room for. */
class RoomTests {

	private static final Room FULL = new Room("The disk is full.", true, Long.MAX_VALUE);

	/** Looked at before each commit. */
	private static final Room ENOUGH = new Room("", false, 0);

	private final NarrowSession session = new NarrowSession();

	private final GroupCommitWriter<NarrowSession> writer = GroupCommitWriter.start("test-writer", this.session,
			new Quarantine(0, "shard 0"),
			new WriterSettings(true, 1000, Duration.ofSeconds(10), Duration.ofHours(1), QueueRecorder.NONE));

	@AfterEach
	void close() {
		this.session.room = ENOUGH;
		this.writer.close();
	}

	/** Holds the writer until the rest is handed in, so that all is one batch. */
	private CountDownLatch hold() throws InterruptedException {
		CountDownLatch held = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		this.writer.submit((session) -> {
			held.countDown();
			pause(goOn);
			return 0;
		}, new FutureCompletion<>());
		held.await();
		return goOn;
	}

	private static void pause(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	private CompletableFuture<Integer> add() {
		FutureCompletion<Integer> completion = new FutureCompletion<>();
		this.writer.submitNew((session) -> session.added.incrementAndGet(), 7L, completion);
		return completion.future();
	}

	private CompletableFuture<Integer> change() {
		FutureCompletion<Integer> completion = new FutureCompletion<>();
		this.writer.submit((session) -> 1, completion);
		return completion.future();
	}

	private void awaitRefusal(String reason) {
		await().untilAsserted(() -> assertThat(this.writer.refusal()).isEqualTo(reason));
	}

	@Test
	void newDataThatWaitsWhenTheDiskFillsIsRefusedAndAllElseGoesOn() throws Exception {
		CountDownLatch goOn = hold();
		CompletableFuture<Integer> added = add();
		CompletableFuture<Integer> changed = change();
		this.session.room = FULL;
		goOn.countDown();
		assertThat(changed.get(1, TimeUnit.MINUTES)).isOne();
		assertThat(added).failsWithin(Duration.ofMinutes(1))
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(StoreUnavailableException.class)
			.withMessageContaining("The disk is full. Nothing of this was stored.");
		assertThat(this.session.added).hasValue(0);
		assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(this::add)
			.withMessage("The disk is full. Nothing of this was stored.")
			.satisfies((ex) -> assertThat(ex.messageId().value()).isEqualTo(7));
		assertThat(change().get(1, TimeUnit.MINUTES)).isOne();
	}

	@Test
	void newDataThatIsTooLargeIsRefusedAloneAndTheNextIsTaken() throws Exception {
		CountDownLatch goOn = hold();
		CompletableFuture<Integer> added = add();
		this.session.room = new Room("Too large.", false, 0);
		goOn.countDown();
		assertThat(added).failsWithin(Duration.ofMinutes(1))
			.withThrowableOfType(ExecutionException.class)
			.withMessageContaining("Too large.");
		assertThat(this.writer.refusal()).isEmpty();
		this.session.room = ENOUGH;
		assertThat(add().get(1, TimeUnit.MINUTES)).isOne();
	}

	@Test
	void roomWhenTheBudgetIsSpentIsAskedForBeforeTheNextCommit() throws Exception {
		change().get(1, TimeUnit.MINUTES);
		int before = this.session.looks.get();
		for (int i = 0; i < 100; i++) {
			add().get(1, TimeUnit.MINUTES);
		}
		assertThat(this.session.looks.get() - before).isGreaterThanOrEqualTo(100);
	}

	@Test
	void roomWhenThereIsPlentyIsAskedForFourTimesASecond() throws Exception {
		this.session.room = Room.PLENTY;
		change().get(1, TimeUnit.MINUTES);
		int before = this.session.looks.get();
		long start = System.nanoTime();
		for (int i = 0; i < 1000; i++) {
			add().get(1, TimeUnit.MINUTES);
		}
		long millis = Duration.ofNanos(System.nanoTime() - start).toMillis();
		assertThat(this.session.looks.get() - before).isLessThanOrEqualTo((int) (millis / 250) + 1);
		await().until(() -> {
			add().get(1, TimeUnit.MINUTES);
			return this.session.looks.get() > before;
		});
	}

	@Test
	void roomIsAskedForTwiceWhatIsWritten() throws Exception {
		change().get(1, TimeUnit.MINUTES);
		assertThat(this.session.asked).contains(2 * LogTrim.growth(1, 0));
	}

	@Test
	void batchWhileTheDiskIsFullIsSmall() throws Exception {
		CountDownLatch goOn = hold();
		List<CompletableFuture<Integer>> changed = new ArrayList<>();
		for (int i = 0; i < 120; i++) {
			changed.add(change());
		}
		// The look comes with the first batch.
		this.session.room = FULL;
		goOn.countDown();
		for (CompletableFuture<Integer> one : changed) {
			one.get(1, TimeUnit.MINUTES);
		}
		int before = this.session.commits.get();
		goOn = hold();
		changed.clear();
		for (int i = 0; i < 120; i++) {
			changed.add(change());
		}
		goOn.countDown();
		for (CompletableFuture<Integer> one : changed) {
			one.get(1, TimeUnit.MINUTES);
		}
		assertThat(this.session.commits.get() - before).isGreaterThanOrEqualTo(1 + 3);
	}

	@Test
	void writerThatIsIdleSeesThatThereIsRoomAgain() throws Exception {
		this.session.room = FULL;
		await().until(() -> {
			change().get(1, TimeUnit.MINUTES);
			return !this.writer.refusal().isEmpty();
		});
		// Until then it wakes for its log anyway.
		int before = this.session.idleTrims.get();
		change().get(1, TimeUnit.MINUTES);
		await().until(() -> this.session.idleTrims.get() > before);
		this.session.room = ENOUGH;
		awaitRefusal("");
	}

	@Test
	void commitThatFindsNoRoomSaysSoAndRefusesUntilThereIs() throws Exception {
		CountDownLatch goOn = hold();
		CompletableFuture<Integer> added = add();
		this.session.lack = "The disk is full, SQLite says.";
		this.session.failures.set(1);
		goOn.countDown();
		assertThat(added).failsWithin(Duration.ofMinutes(1))
			.withThrowableOfType(ExecutionException.class)
			.withMessageContaining("The disk is full, SQLite says. Nothing of this was stored.");
		// It could be repaired, and the look found room.
		awaitRefusal("");
		assertThat(add().get(1, TimeUnit.MINUTES)).isOne();
	}

	/** A session without a file, whose disk is set by hand. */
	private static final class NarrowSession extends MemorySession {

		final AtomicInteger added = new AtomicInteger();

		final AtomicInteger looks = new AtomicInteger();

		final AtomicInteger commits = new AtomicInteger();

		final AtomicInteger failures = new AtomicInteger();

		final AtomicInteger idleTrims = new AtomicInteger();

		volatile Room room = ENOUGH;

		volatile String lack = "";

		final Queue<Long> asked = new ConcurrentLinkedQueue<>();

		@Override
		public Room room(long bytes) {
			this.looks.incrementAndGet();
			this.asked.add(bytes);
			return this.room;
		}

		@Override
		public String makeRoom(SQLException failure) {
			return this.lack;
		}

		@Override
		public String trim(boolean idle) {
			if (idle) {
				this.idleTrims.incrementAndGet();
			}
			return "";
		}

		@Override
		public void commit() throws SQLException {
			this.commits.incrementAndGet();
			if (this.failures.get() > 0 && this.added.get() > 0 && this.failures.getAndDecrement() > 0) {
				this.added.set(0);
				throw new SQLException("no room");
			}
		}

	}

}
