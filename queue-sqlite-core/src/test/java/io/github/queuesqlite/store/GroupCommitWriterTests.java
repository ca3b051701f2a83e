package io.github.queuesqlite.store;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.message.QueueException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

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
