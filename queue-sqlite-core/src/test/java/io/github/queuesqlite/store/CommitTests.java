package io.github.queuesqlite.store;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.StoreUnavailableException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** The writer on a session in memory, which notes what it is told to do. */
class CommitTests {

	private static final Duration LONG = Duration.ofSeconds(60);

	private final RecordingSession session = new RecordingSession();

	private final RecordingTurn turn = new RecordingTurn();

	private GroupCommitWriter<RecordingSession> writer;

	private GroupCommitWriter<RecordingSession> start(boolean synced) {
		this.writer = new GroupCommitWriter<>("test-writer", 0, this.session, this.turn, new Quarantine(0, "shard 0"),
				new WriterSettings(synced, 10, Duration.ofSeconds(1), Duration.ofMillis(20), QueueRecorder.NONE));
		this.writer.start();
		return this.writer;
	}

	@AfterEach
	void close() {
		this.session.failure = null;
		this.writer.close();
	}

	@Test
	void completionIsToldAfterTheCommit() {
		CompletableFuture<List<String>> seen = new CompletableFuture<>();
		start(true).submit((session) -> {
			session.did("work");
			return 0;
		}, new Completion<>() {

			@Override
			public void succeeded(Integer result) {
				seen.complete(List.copyOf(CommitTests.this.session.done));
			}

			@Override
			public void failed(QueueException failure) {
				seen.completeExceptionally(failure);
			}

		});
		assertThat(seen).succeedsWithin(LONG).isEqualTo(List.of("begin synced", "work", "commit"));
	}

	@Test
	void commitIsSyncedWhenACommandMustBe() {
		start(true).call((session) -> 0);
		FutureCompletion<Integer> unsynced = new FutureCompletion<>();
		this.writer.submitUnsynced((session) -> 0, unsynced);
		assertThat(unsynced.future()).succeedsWithin(LONG);
		this.writer.call((session) -> 0);
		assertThat(this.session.done).containsExactly("begin synced", "commit", "begin", "commit", "begin synced",
				"commit");
	}

	@Test
	void commitWhenDurabilityIsNormalIsSyncedALittleLater() {
		start(false).call((session) -> 0);
		assertThat(this.session.done).startsWith("begin", "commit");
		await().atMost(LONG).untilAsserted(() -> assertThat(this.session.done).contains("probe"));
	}

	/** The commit of a transaction that changes nothing syncs nothing in SQLite. */
	@Test
	void commitThatSyncsWhatOthersOweWritesSomething() {
		start(true);
		CompletableFuture<Void> told = new CompletableFuture<>();
		handIn(List.of(Sync.LATER, Sync.NOW, Sync.NOW), told);
		assertThat(told).succeedsWithin(LONG);
		assertThat(this.session.done).containsExactly("begin", "commit", "begin synced", "write probe", "commit",
				"begin synced", "commit");
	}

	/** Each with the end of the one before: an idle writer soon syncs what it owes. */
	private void handIn(List<Sync> syncs, CompletableFuture<Void> told) {
		this.writer.offer(new Command<>() {

			@Override
			Sync sync() {
				return syncs.get(0);
			}

			@Override
			void execute(RecordingSession session) {
			}

			@Override
			void succeeded() {
				if (syncs.size() > 1) {
					handIn(syncs.subList(1, syncs.size()), told);
				}
				else {
					told.complete(null);
				}
			}

			@Override
			void failed(QueueException failure) {
				told.completeExceptionally(failure);
			}

		});
	}

	@Test
	void nudgeWhenNothingIsWantedBeginsNothing() {
		start(true);
		for (int i = 0; i < 3; i++) {
			int asked = this.turn.asked;
			this.writer.nudge();
			await().atMost(LONG).until(() -> this.turn.asked > asked);
		}
		assertThat(this.session.done).isEmpty();
	}

	@Test
	void commitWhenFileIsLockedStoresNothingAndSaysSo() {
		start(true);
		this.session.fault = Session.Fault.BUSY;
		this.session.failure = new SQLException("locked");
		assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(() -> this.writer.call((session) -> 0))
			.withMessageContaining("Nothing was stored");
		assertThat(this.session.done).containsExactly("begin synced", "rollback");
		this.session.failure = null;
		int result = this.writer.call((session) -> 7);
		assertThat(result).isEqualTo(7);
	}

	@Test
	void loopWhenTurnThrowsGoesOn() {
		start(true);
		this.turn.wanted = () -> {
			throw new IllegalStateException("a defect");
		};
		this.writer.nudge();
		await().atMost(LONG).until(() -> this.writer.failing().contains("a defect"));
		this.turn.wanted = () -> false;
		await().atMost(LONG).until(() -> this.writer.failing().isEmpty());
		FutureCompletion<Integer> later = new FutureCompletion<>();
		this.writer.submit((session) -> 7, later);
		assertThat(later.future()).succeedsWithin(LONG.toSeconds(), TimeUnit.SECONDS).isEqualTo(7);
	}

	/** Wants what it is told to want, and runs commands. */
	private static final class RecordingTurn implements Turn<RecordingSession> {

		private final Turn<RecordingSession> plain = Turn.plain();

		private volatile BooleanSupplier wanted = () -> false;

		private volatile int asked;

		@Override
		@SuppressWarnings("NonAtomicVolatileUpdate") // by one thread only
		public boolean isWanted(RecordingSession session) {
			boolean answer = this.wanted.getAsBoolean();
			this.asked++;
			return answer;
		}

		@Override
		public int execute(RecordingSession session, List<Command<RecordingSession>> batch, int mostRows)
				throws SQLException {
			return this.plain.execute(session, batch, mostRows);
		}

		@Override
		public void committed() {
		}

		@Override
		public void rolledBack(boolean doubtful) {
		}

		@Override
		public void changedElsewhere(RecordingSession session) {
		}

		@Override
		public void quarantined() {
		}

		@Override
		public void reconcile(RecordingSession session) {
		}

	}

	/** Notes each call that changes something; its commit fails on demand. */
	private static final class RecordingSession extends MemorySession {

		private final List<String> done = new CopyOnWriteArrayList<>();

		private volatile SQLException failure;

		private volatile Fault fault = Fault.STORAGE;

		void did(String what) {
			this.done.add(what);
		}

		@Override
		public void begin(boolean synced) {
			did(synced ? "begin synced" : "begin");
		}

		@Override
		public void commit() throws SQLException {
			if (this.failure != null) {
				throw this.failure;
			}
			did("commit");
		}

		@Override
		public void rollback() {
			did("rollback");
		}

		@Override
		public Fault classify(SQLException failure) {
			return this.fault;
		}

		@Override
		public void damaged(SQLException failure) {
			did("damaged");
		}

		@Override
		public void probe() throws SQLException {
			did("probe");
		}

		@Override
		public void writeProbe() {
			did("write probe");
		}

		@Override
		public void repair() {
			did("repair");
		}

	}

}
