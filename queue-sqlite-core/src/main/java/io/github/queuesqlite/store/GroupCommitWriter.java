package io.github.queuesqlite.store;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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
 * once, then tells each caller. Nobody waits longer than one commit for company.
 * <p>
 * <b>Faults.</b> A statement that fails alone (a constraint) fails its command: the batch
 * is redone one command at a time. After a fault of the disk nobody is told anything
 * until a small synced write, the probe, has succeeded; then each command is looked up
 * and told the truth. While the probe fails, callers are told that the outcome is unknown
 * and nothing is accepted. Ends of runs are kept and tried again.
 *
 * @param <S> the session
 */
public final class GroupCommitWriter<S extends Session> implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(GroupCommitWriter.class);

	private static final int MAX_ROWS = 2000;

	private static final long MAX_BYTES = 8L * 1024 * 1024;

	/** While the disk is full each transaction has to find room in the log. */
	private static final int FEW_ROWS = 50;

	private static final long FEW_BYTES = 256L * 1024;

	private static final long IDLE_AFTER_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

	private static final long RETRY_AFTER_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private static final long WATCH_LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	private static final long WATCH_MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

	/** Left to other processes after each commit: they get the lock in turn. */
	private static final long COURTESY_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

	private final S session;

	private final Turn<S> turn;

	private final int shard;

	private final WriterSettings settings;

	private final Quarantine quarantine;

	private final Thread thread;

	private final FailureNote failing;

	private final Inbox<S> inbox;

	private final Answers<S> answers;

	private final Refusal refusal;

	private final Recovery<S> recovery;

	private final SyncSchedule syncs;

	private final LogTrim log;

	private final RoomWatch room;

	private final AtomicBoolean parked = new AtomicBoolean();

	private volatile boolean nudged;

	private volatile boolean watching;

	private volatile boolean closing;

	private volatile boolean terminated;

	/** Whether all were told that the file is out of use. Set by the writer thread. */
	private volatile boolean retired;

	/**
	 * What the current pass has taken. Has room for all, so that taking needs no memory.
	 */
	private final List<Command<S>> batch = new ArrayList<>(MAX_ROWS);

	/** Whether the transaction that failed was at its commit. Writer thread only. */
	private boolean committing;

	private long lastCommit = System.nanoTime();

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
		this.shard = shard;
		this.settings = settings;
		this.quarantine = quarantine;
		this.failing = new FailureNote(logger, "The writer of {} failed and goes on", session.label());
		this.inbox = new Inbox<>(settings, session.label());
		this.answers = new Answers<>(this.inbox, session.label(), this.failing);
		this.refusal = new Refusal(session.label());
		this.recovery = new Recovery<>(session, turn, this.inbox, this.answers, this.refusal);
		this.syncs = new SyncSchedule(settings.synced());
		this.log = new LogTrim(session);
		this.room = new RoomWatch(session, this.refusal);
		this.thread = new WriterThread(name, this::loop);
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
		BlockingCompletion<R> completion = new BlockingCompletion<>();
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
		wake();
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
		String reason = this.refusal.text();
		if (!reason.isEmpty()) {
			throw refused(reason, command);
		}
	}

	private static StoreUnavailableException refused(String reason, Command<?> command) {
		return new StoreUnavailableException(reason + Answers.NOTHING_STORED, command.message(), null);
	}

	/** Makes the writer look again whether its turn is wanted. */
	void nudge() {
		if (!this.retired) {
			this.nudged = true;
			wake();
		}
	}

	private void wake() {
		if (this.parked.get() && this.parked.compareAndSet(true, false)) {
			LockSupport.unpark(this.thread);
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
		return this.quarantine.isDeclared() ? this.quarantine.reason() : this.refusal.text();
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
		wake();
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
				if (this.recovery.isDamage(ex)) {
					continue;
				}
				this.failing.note(ex);
				LockSupport.parkNanos(RETRY_AFTER_NANOS);
			}
		}
		this.terminated = true;
		failRest();
		syncBeforeClose();
		this.session.close();
	}

	private boolean isDone() {
		return this.closing && this.batch.isEmpty()
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
		this.answers.failed(command, new StoreUnavailableException(reason, command.message(), null));
	}

	private void syncBeforeClose() {
		if (this.syncs.isOwed() && !this.quarantine.isDeclared()) {
			try {
				this.session.probe();
			}
			catch (SQLException ex) {
				logger.warn("The last commits of {} are not synced: {}", this.session.label(), ex.toString());
			}
		}
	}

	private void pass() throws SQLException {
		if (!this.batch.isEmpty()) {
			finishBrokenOff();
		}
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
		useRoom(collect());
		if (this.batch.isEmpty() && !this.turn.isWanted(this.session)) {
			idle();
			return;
		}
		commit(this.batch);
		this.batch.clear();
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
			this.answers.failed(command, this.quarantine.refusal(Answers.NOTHING_STORED, command.message()));
		}
	}

	/** Tells those the truth whose pass broke off, most likely for lack of memory. */
	private void finishBrokenOff() {
		this.session.rollback();
		this.batch.stream().filter(Command::isCommitted).forEach(this.answers::succeeded);
		List<Command<S>> open = this.batch.stream().filter((command) -> !command.isHandled()).toList();
		if (!open.isEmpty()) {
			this.recovery.brokenOff(open, this.failing.text());
		}
		this.batch.clear();
	}

	/** Returns about how many bytes the batch will write. */
	private long collect() {
		List<Command<S>> batch = this.batch;
		int rows = 0;
		long bytes = 0;
		int mostRows = mostRows();
		long mostBytes = this.refusal.isDiskFull() ? FEW_BYTES : MAX_BYTES;
		while (rows < mostRows && bytes < mostBytes) {
			Command<S> command = this.inbox.next();
			if (command == null) {
				break;
			}
			if (!batch.isEmpty() && (rows + command.rows() > mostRows || bytes + command.bytes() > mostBytes)) {
				this.inbox.hold(command);
				break;
			}
			command.taken();
			batch.add(command);
			rows += command.rows();
			bytes += command.bytes();
		}
		return LogTrim.growth(rows, bytes);
	}

	private int mostRows() {
		return this.refusal.isDiskFull() ? FEW_ROWS : MAX_ROWS;
	}

	/** Refuses what of the batch is new data, where the disk has no room for it. */
	private void useRoom(long bytes) {
		String reason = this.room.use(bytes, System.nanoTime());
		if (!reason.isEmpty()) {
			for (Command<S> command : this.batch) {
				if (command.addsData()) {
					this.answers.failed(command, refused(reason, command));
				}
			}
			this.batch.removeIf(Command::addsData);
		}
	}

	private void commit(List<Command<S>> batch) {
		boolean synced = this.syncs.isDue(batch);
		long start = System.nanoTime();
		int rows;
		this.committing = false;
		try {
			this.session.begin(synced);
			rows = this.turn.execute(this.session, batch, mostRows());
			this.committing = true;
			this.session.commit();
			markCommitted(batch);
		}
		catch (SQLException ex) {
			Session.Fault kind = this.session.classify(ex);
			this.session.rollback();
			this.turn.rolledBack(kind == Session.Fault.STORAGE);
			failed(batch, kind, ex);
			return;
		}
		catch (RuntimeException | Error ex) {
			this.session.rollback();
			this.turn.rolledBack(this.committing);
			failed(batch, this.committing ? Session.Fault.STORAGE : Session.Fault.DEFECT, ex);
			return;
		}
		long end = System.nanoTime();
		if (synced) {
			this.syncs.synced();
		}
		this.lastCommit = end;
		this.log.committed(batch, rows);
		record(end - start, rows);
		batch.forEach(this.answers::succeeded);
		this.turn.committed();
		if (this.log.isDue() || this.refusal.needsShortLog()) {
			trim(false);
		}
	}

	/**
	 * Needs no memory: whatever fails from here on, they are told that they are
	 * committed.
	 */
	private void markCommitted(List<Command<S>> batch) {
		for (int i = 0; i < batch.size(); i++) {
			batch.get(i).committed();
		}
	}

	private void record(long nanos, int rows) {
		try {
			this.settings.recorder().committed(this.shard, Duration.ofNanos(nanos), rows);
		}
		catch (RuntimeException | Error ex) {
			this.failing.note(ex);
		}
	}

	private void failed(List<Command<S>> batch, Session.Fault kind, Throwable cause) {
		switch (kind) {
			case ROW, DEFECT -> redo(batch, cause);
			case BUSY -> busy(batch, cause);
			case DAMAGED -> {
				this.recovery.isDamage(cause);
				String outcome = this.committing ? Answers.UNKNOWN : Answers.NOTHING_STORED;
				batch.forEach(
						(command) -> this.answers.failed(command, this.quarantine.refusal(outcome, command.message())));
			}
			case STORAGE -> this.recovery.begin(batch, cause);
		}
	}

	private void redo(List<Command<S>> batch, Throwable cause) {
		if (batch.size() > 1) {
			batch.forEach((command) -> commit(List.of(command)));
		}
		else if (batch.isEmpty()) {
			throw new IllegalStateException("A transaction of " + this.session.label() + " without commands failed",
					cause);
		}
		else {
			redoAlone(batch.get(0), cause);
		}
	}

	private void redoAlone(Command<S> command, Throwable cause) {
		if (cause instanceof VirtualMachineError && command.isKept()) {
			// Memory comes back; nobody else would end the run.
			this.answers.keep(command);
			this.failing.note(cause);
			LockSupport.parkNanos(RETRY_AFTER_NANOS);
			return;
		}
		if (cause instanceof QueueException failure) {
			this.answers.failed(command, failure);
			return;
		}
		if (!(cause instanceof SQLException)) {
			logger.error("A command of {} failed", this.session.label(), cause);
		}
		this.answers.failed(command, new QueueException(
				"A command of " + this.session.label() + " failed, nothing of it is stored: " + cause.getMessage(),
				command.message(), cause));
	}

	private void busy(List<Command<S>> batch, Throwable cause) {
		logger.warn("{} is locked by another program: {}", this.session.label(), cause.getMessage());
		String reason = "Cannot write " + this.session.label()
				+ ": another program holds its lock. Nothing was stored. Find the program that has the file"
				+ " open and end it.";
		batch.forEach((command) -> this.answers.failedOrKept(command, reason, cause));
	}

	private void trim(boolean idle) {
		try {
			this.refusal.log(this.log.trim(idle));
		}
		catch (SQLException ex) {
			if (this.session.classify(ex) != Session.Fault.BUSY && !this.recovery.isDamage(ex)) {
				this.recovery.begin(List.of(), ex);
			}
		}
	}

	private void idle() throws SQLException {
		long now = System.nanoTime();
		if (this.syncs.isOverdue(now)) {
			syncIdle();
		}
		if (this.log.isWantedWhenIdle() && now - this.lastCommit >= IDLE_AFTER_NANOS) {
			trim(true);
		}
		park(idleNanos(now));
		if (!this.watching && this.session.changedElsewhere()) {
			this.turn.changedElsewhere(this.session);
		}
	}

	private long idleNanos(long now) {
		long nanos = Math.min(this.settings.pollInterval().toNanos(), this.syncs.untilOverdue(now));
		nanos = Math.min(nanos, this.room.untilWanted(now));
		if (this.log.isWantedWhenIdle()) {
			nanos = Math.min(nanos, IDLE_AFTER_NANOS);
		}
		if (this.watching) {
			nanos = Math.min(nanos, this.watchNanos);
			this.watchNanos = Math.min(WATCH_MOST_NANOS, this.watchNanos + this.watchNanos / 8);
		}
		return nanos;
	}

	private void syncIdle() {
		try {
			this.session.probe();
			this.syncs.synced();
		}
		catch (SQLException ex) {
			failed(List.of(), this.session.classify(ex), ex);
		}
	}

	private void park(long nanos) {
		if (this.recovery.isUnrepaired()) {
			LockSupport.parkNanos(this, RETRY_AFTER_NANOS);
			return;
		}
		this.parked.set(true);
		if (this.inbox.hasNothingNew() && !this.nudged && !this.closing) {
			LockSupport.parkNanos(this, nanos);
		}
		this.parked.set(false);
	}

}
