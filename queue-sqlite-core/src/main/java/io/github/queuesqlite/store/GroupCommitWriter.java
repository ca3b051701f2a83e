package io.github.queuesqlite.store;

import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.queuesqlite.event.FailureNote;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.StoreUnavailableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of this process that writes a file. Callers hand it commands; it takes
 * all that is there (at most 2,000 rows and 8 MB), runs them in one transaction, commits
 * once, then tells each caller. Nobody waits longer than one commit for company. While it
 * rests, a caller who would do nothing but wait takes its place for one transaction.
 * <p>
 * <b>Faults.</b> A statement that fails alone fails its command only. After a fault of
 * the disk nobody is told anything until a small synced write, the probe, has succeeded;
 * then each command is looked up and told the truth. While the probe fails, callers are
 * told that the outcome is unknown and nothing is accepted. Ends of runs are kept and
 * tried again.
 *
 * @param <S> the session
 */
public final class GroupCommitWriter<S extends Session> implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(GroupCommitWriter.class);

	private static final long RETRY_AFTER_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private static final long WATCH_LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	private static final long WATCH_MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

	/** Left to other processes after each commit: they get the lock in turn. */
	private static final long COURTESY_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

	private final S session;

	private final Turn<S> turn;

	private final WriterSettings settings;

	private final Quarantine quarantine;

	private final Thread thread;

	private final FailureNote failing;

	private final Inbox<S> inbox;

	private final Batches<S> batches;

	private final Recovery<S> recovery;

	private final Baton baton;

	private volatile boolean nudged;

	private volatile boolean watching;

	private volatile boolean closing;

	private volatile boolean terminated;

	/** Whether all were told that the file is out of use. Set by the writer thread. */
	private volatile boolean retired;

	private long watchNanos = WATCH_LEAST_NANOS;

	/**
	 * Creates a writer; it works once started.
	 * @param name of its thread
	 * @param shard the shard, for the record
	 * @param session closed by the writer
	 * @param turn what it does beside commands
	 * @param quarantine whether the file is out of use; declared by the writer when it
	 * finds damage
	 * @param settings settings
	 */
	GroupCommitWriter(String name, int shard, S session, Turn<S> turn, Quarantine quarantine, WriterSettings settings) {
		this.session = session;
		this.turn = turn;
		this.settings = settings;
		this.quarantine = quarantine;
		this.failing = new FailureNote(logger, "The writer of {} failed and goes on", session.label());
		this.inbox = new Inbox<>(settings, session.label());
		this.batches = new Batches<>(shard, session, turn, quarantine, settings, this.inbox, this.failing);
		this.recovery = this.batches.recovery();
		this.thread = new WriterThread(name, this::loop);
		this.baton = new Baton(this.thread);
		quarantine.onDeclared(this::nudge);
	}

	/**
	 * Creates and starts a writer that only runs commands.
	 * @param name of its thread
	 * @param session closed by the writer
	 * @param quarantine whether the file is out of use
	 * @param settings settings
	 * @return the writer
	 */
	public static <S extends Session> GroupCommitWriter<S> start(String name, S session, Quarantine quarantine,
			WriterSettings settings) {
		GroupCommitWriter<S> writer = new GroupCommitWriter<>(name, -1, session, Turn.plain(), quarantine, settings);
		writer.start();
		return writer;
	}

	void start() {
		this.thread.start();
	}

	/**
	 * Does something in a transaction and waits for its commit.
	 * @param work what to do
	 * @return what it gave back
	 * @throws QueueException if it is not committed, or nobody knows
	 * @throws IllegalStateException on a writer thread
	 */
	public <R> R call(Work<S, R> work) {
		WriterThread.refuse();
		BlockingCompletion<R> completion = BlockingCompletion.ofOne();
		submit(work, completion);
		return completion.await(() -> new QueueException(
				"Interrupted while waiting for a commit of " + this.session.label() + ": the outcome is unknown"));
	}

	/**
	 * Does something in a transaction.
	 * @param work what to do
	 * @param completion told after the commit
	 */
	public <R> void submit(Work<S, R> work, Completion<R> completion) {
		offer(WorkCommand.of(work, completion));
	}

	/**
	 * Does something that adds data.
	 * @param work what to do
	 * @param messageId the message it is about; null for none
	 * @param completion told after the commit
	 * @throws StoreUnavailableException if the file takes no new data: nothing is stored
	 */
	public <R> void submitNew(Work<S, R> work, @Nullable Long messageId, Completion<R> completion) {
		WorkCommand<S, R> command = WorkCommand.adding(work, messageId, completion);
		refuseNew(command);
		offer(command);
	}

	/**
	 * Does something in a transaction whose commit need not be fsynced: power loss may
	 * take it, a crash of the process not.
	 * @param work what to do
	 * @param completion told after the commit
	 */
	public <R> void submitUnsynced(Work<S, R> work, Completion<R> completion) {
		offer(WorkCommand.unsynced(work, completion));
	}

	/** Takes a command whatever waits already. */
	void offer(Command<S> command) {
		this.inbox.add(command);
		if (this.terminated) {
			failRest();
			return;
		}
		if (mayCommitHere(command) && this.baton.take()) {
			commitHere();
		}
		else {
			this.baton.wake();
		}
	}

	/**
	 * Two hand-offs between threads cost more than a commit on a fast disk. With company
	 * they are worth it: what others hand in meanwhile is committed together. An
	 * interrupt must not close a file.
	 */
	private boolean mayCommitHere(Command<S> command) {
		return command.isAwaited() && this.batches.isSmall() && !this.watching && !this.closing
				&& !Thread.currentThread().isInterrupted();
	}

	private void commitHere() {
		boolean wake = true;
		try {
			wake = WriterThread.inPlace(this.batches::commitInPlace);
		}
		catch (SQLException | RuntimeException | Error ex) {
			this.failing.note(ex);
		}
		finally {
			this.baton.giveBack(wake);
		}
	}

	/** Takes a command once there is a place for its rows. */
	void offerBounded(Command<S> command) {
		refuseNew(command);
		this.inbox.takePlaces(command);
		offer(command);
	}

	private void refuseNew(Command<S> command) {
		if (this.quarantine.isDeclared()) {
			throw this.quarantine.refusal(Answers.NOTHING_STORED, command.message());
		}
		String reason = this.batches.refusal().text();
		if (!reason.isEmpty()) {
			throw Answers.refusal(reason, command);
		}
	}

	/** Makes the writer look again whether its turn is wanted. */
	void nudge() {
		if (!this.retired) {
			this.nudged = true;
			this.baton.wake();
		}
	}

	/** Says whether other processes may write the file. */
	void watch(boolean watching) {
		this.watching = watching;
	}

	int pending() {
		return this.inbox.pending();
	}

	String refusal() {
		return this.quarantine.isDeclared() ? this.quarantine.reason() : this.batches.refusal().text();
	}

	/** Why the latest pass of the loop failed; empty when it did not. */
	String failing() {
		return this.failing.text();
	}

	/**
	 * Commits what was handed in and closes the session. Idempotent.
	 */
	@Override
	public void close() {
		WriterThread.refuse();
		this.closing = true;
		this.baton.wake();
		LockSupport.unpark(this.thread);
		Threads.awaitEnd(this.thread);
	}

	private void loop() {
		while (!isDone()) {
			try {
				pass();
				this.failing.clear();
			}
			catch (Throwable ex) {
				// Others wait for the lock of a transaction that is left open.
				this.session.rollback();
				if (this.recovery.isDamage(ex)) {
					continue;
				}
				this.failing.note(ex);
				LockSupport.parkNanos(RETRY_AFTER_NANOS);
			}
		}
		this.terminated = true;
		failRest();
		this.batches.close();
		this.session.close();
	}

	private boolean isDone() {
		return this.closing && this.batches.isFinished()
				&& (this.inbox.isEmpty() || this.recovery.isNeeded() || this.quarantine.isDeclared());
	}

	private void failRest() {
		Command<S> command;
		while ((command = this.inbox.nextLate()) != null) {
			failClosed(command, "The queue is closed: nothing was stored");
		}
		if (Thread.currentThread() == this.thread) {
			while ((command = this.inbox.next()) != null) {
				failClosed(command,
						command.isKept()
								? "The queue was closed before " + this.session.label() + " could be written again"
								: "The queue is closed: nothing was stored");
			}
		}
	}

	private void failClosed(Command<S> command, String reason) {
		this.batches.answers().failed(command, new StoreUnavailableException(reason, command.message(), null));
	}

	private void pass() throws SQLException {
		this.batches.finish();
		if (this.quarantine.isDeclared()) {
			this.nudged = false;
			retire();
			park(this.settings.pollInterval().toNanos());
			return;
		}
		if (!this.recovery.makeReadable()) {
			park(RETRY_AFTER_NANOS);
			return;
		}
		if (this.recovery.isUnrepaired() && !this.recovery.repair()) {
			park(RETRY_AFTER_NANOS);
			if (this.quarantine.isDeclared()) {
				return;
			}
		}
		this.nudged = false;
		if (this.watching && this.session.changedElsewhere()) {
			this.watchNanos = WATCH_LEAST_NANOS;
			this.turn.changedElsewhere(this.session);
		}
		if (!this.batches.take() && !this.turn.isWanted(this.session)) {
			idle();
			return;
		}
		this.batches.commit();
		if (this.watching) {
			LockSupport.parkNanos(COURTESY_NANOS);
		}
	}

	/** Answers all who wait, and from then on whoever comes. */
	private void retire() {
		if (!this.retired) {
			this.retired = true;
			this.recovery.giveUp();
			this.turn.quarantined();
		}
		Command<S> command;
		while ((command = this.inbox.next()) != null) {
			this.batches.answers().failed(command, this.quarantine.refusal(Answers.NOTHING_STORED, command.message()));
		}
	}

	private void idle() throws SQLException {
		long now = System.nanoTime();
		this.batches.idle(now);
		park(idleNanos(now));
		if (!this.watching && this.session.changedElsewhere()) {
			this.turn.changedElsewhere(this.session);
		}
	}

	private long idleNanos(long now) {
		long nanos = Math.min(this.settings.pollInterval().toNanos(), this.batches.idleNanos(now));
		if (this.watching) {
			nanos = Math.min(nanos, this.watchNanos);
			this.watchNanos = Math.min(WATCH_MOST_NANOS, this.watchNanos + this.watchNanos / 8);
		}
		return nanos;
	}

	private void park(long nanos) {
		if (this.recovery.isUnrepaired()) {
			LockSupport.parkNanos(this, RETRY_AFTER_NANOS);
			return;
		}
		this.baton.rest(() -> !this.inbox.hasNothingNew() || this.nudged || this.closing, nanos);
	}

}
