package io.github.queuesqlite.store;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.StoreUnavailableException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class GroupCommitWriterTests {

	private static final Completion<Boolean> NOBODY = new Completion<>() {

		@Override
		public void succeeded(Boolean result) {
		}

		@Override
		public void failed(QueueException failure) {
		}

	};

	@Test
	void commitWhenOnlyUnsyncedWorkFollowsWithoutPauseIsSynced() throws Exception {
		RecordingSession session = new RecordingSession();
		WriterSettings settings = new WriterSettings(false, 10, Duration.ofSeconds(30), Duration.ofSeconds(1),
				QueueRecorder.NONE);
		try (GroupCommitWriter<RecordingSession> writer = GroupCommitWriter.start("writer", session,
				new Quarantine(0, "shard 0"), settings)) {
			writer.submitUnsynced((own) -> again(own, writer), NOBODY);
			writer.call((own) -> true);
			boolean synced = session.synced.await(60, TimeUnit.SECONDS);
			session.enough = true;
			assertThat(synced).isTrue();
		}
		assertThat(session.idle).as("the writer never came to rest").isFalse();
	}

	@Test
	void passWhenItFailsLeavesNoTransactionOpen() throws Exception {
		CountDownLatch rolledBack = new CountDownLatch(1);
		MemorySession session = new MemorySession() {

			@Override
			public boolean changedElsewhere() {
				throw new IllegalStateException("as told");
			}

			@Override
			public void rollback() {
				rolledBack.countDown();
			}

		};
		try (GroupCommitWriter<MemorySession> writer = start(session)) {
			assertThat(rolledBack.await(60, TimeUnit.SECONDS)).isTrue();
			assertThat((boolean) writer.call((own) -> true)).isTrue();
		}
	}

	@Test
	void batchWhenOneOfItMeetsAFaultIsNotTriedFurther() throws Exception {
		AtomicBoolean broken = new AtomicBoolean();
		MemorySession session = new MemorySession() {

			@Override
			public Fault classify(SQLException failure) {
				return failure.getMessage().equals("row") ? Fault.ROW : Fault.STORAGE;
			}

			@Override
			public void probe() throws SQLException {
				if (broken.get()) {
					throw new SQLException("storage");
				}
			}

		};
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		AtomicBoolean tried = new AtomicBoolean();
		FutureCompletion<Boolean> last = new FutureCompletion<>();
		try (GroupCommitWriter<MemorySession> writer = start(session)) {
			writer.submitUnsynced((own) -> waitFor(goOn, begun), NOBODY);
			assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
			writer.submitUnsynced((own) -> {
				throw new SQLException("row");
			}, NOBODY);
			writer.submitUnsynced((own) -> {
				broken.set(true);
				throw new SQLException("storage");
			}, NOBODY);
			writer.submitUnsynced((own) -> {
				tried.set(true);
				return true;
			}, last);
			goOn.countDown();
			assertThat(last.future()).failsWithin(Duration.ofMinutes(1))
				.withThrowableThat()
				.havingCause()
				.isInstanceOf(StoreUnavailableException.class)
				.withMessageContaining("Nothing of this was stored");
			assertThat(tried).isFalse();
			broken.set(false);
			await().until(() -> writer.call((own) -> true));
		}
	}

	private static boolean waitFor(CountDownLatch goOn, CountDownLatch begun) {
		begun.countDown();
		try {
			return goOn.await(60, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static GroupCommitWriter<MemorySession> start(MemorySession session) {
		return GroupCommitWriter.start("writer", session, new Quarantine(0, "shard 0"),
				new WriterSettings(false, 10, Duration.ofSeconds(30), Duration.ofMillis(50), QueueRecorder.NONE));
	}

	/** Leaves something for the next transaction, so that the writer has no pause. */
	private static boolean again(RecordingSession session, GroupCommitWriter<RecordingSession> writer) {
		if (!session.enough) {
			writer.submitUnsynced((own) -> again(own, writer), NOBODY);
		}
		return true;
	}

	/** Notes whether a transaction was synced. */
	private static final class RecordingSession extends MemorySession {

		private final CountDownLatch synced = new CountDownLatch(1);

		private volatile boolean idle;

		private volatile boolean enough;

		@Override
		public void begin(boolean synced) {
			if (synced) {
				this.synced.countDown();
			}
		}

		@Override
		public Fault classify(SQLException failure) {
			return Fault.DEFECT;
		}

		@Override
		public void probe() {
			if (this.synced.getCount() > 0) {
				this.idle = true;
				this.synced.countDown();
			}
		}

	}

}
