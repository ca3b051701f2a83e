package io.github.queuesqlite.store;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.queuesqlite.event.FailureNote;
import io.github.queuesqlite.flight.CommitEvent;
import io.github.queuesqlite.flight.FlightEvents;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.StoreUnavailableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits what callers handed in: takes a batch, runs it in one transaction, tells each
 * caller. A statement that fails alone (a constraint) fails its command: the batch is
 * redone one command at a time. After a fault of the disk {@link Recovery} finds out what
 * is true. What fails on the thread of a caller is left to the writer's: recovery is long
 * and opens files, which an interrupt would close.
 * <p>
 * <b>Threads:</b> used by whoever has the {@link Baton}; {@link #isSmall()} by any.
 *
 * @param <S> the session
 */
final class Batches<S extends Session> {

	private static final Logger logger = LoggerFactory.getLogger(Batches.class);

	private static final int MAX_ROWS = 2000;

	private static final long MAX_BYTES = 8L * 1024 * 1024;

	/** While the disk is full each transaction has to find room in the log. */
	private static final int FEW_ROWS = 50;

	private static final long FEW_BYTES = 256L * 1024;

	private static final long IDLE_AFTER_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

	private static final long RETRY_AFTER_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private final S session;

	private final Turn<S> turn;

	private final int shard;

	private final WriterSettings settings;

	private final Quarantine quarantine;

	private final FailureNote failing;

	private final Inbox<S> inbox;

	private final Answers<S> answers;

	private final Refusal refusal;

	private final Recovery<S> recovery;

	private final SyncSchedule syncs;

	private final LogTrim log;

	private final RoomWatch room;

	/** What was taken last. Has room for all, so that taking needs no memory. */
	private final List<Command<S>> batch = new ArrayList<>(MAX_ROWS);

	/** Whether the transaction that failed was at its commit. */
	private boolean committing;

	/** What is left to the writer's thread of a batch that failed. */
	private @Nullable Failure failure;

	/** Whether the latest commit was of one command at most. */
	private volatile boolean small = true;

	private long lastCommit = System.nanoTime();

	Batches(int shard, S session, Turn<S> turn, Quarantine quarantine, WriterSettings settings, Inbox<S> inbox,
			FailureNote failing) {
		this.session = session;
		this.turn = turn;
		this.shard = shard;
		this.settings = settings;
		this.quarantine = quarantine;
		this.failing = failing;
		this.inbox = inbox;
		this.answers = new Answers<>(inbox, session.label(), failing);
		this.refusal = new Refusal(session.label());
		this.recovery = new Recovery<>(session, turn, inbox, this.answers, this.refusal);
		this.syncs = new SyncSchedule(settings.synced());
		this.log = new LogTrim(session);
		this.room = new RoomWatch(session, this.refusal);
	}

	Answers<S> answers() {
		return this.answers;
	}

	Refusal refusal() {
		return this.refusal;
	}

	Recovery<S> recovery() {
		return this.recovery;
	}

	/** Returns whether the latest commit was of one command at most. */
	boolean isSmall() {
		return this.small;
	}

	/** Returns whether everybody of the latest batch was told. */
	boolean isFinished() {
		return this.batch.isEmpty();
	}

	/** Tells those the truth whose transaction was not brought to its end. */
	void finish() {
		Failure failure = this.failure;
		if (failure != null) {
			this.failure = null;
			failed(this.batch, failure.kind(), failure.cause());
			this.batch.clear();
		}
		if (!this.batch.isEmpty()) {
			finishBrokenOff();
		}
	}

	/** Most likely for lack of memory. */
	private void finishBrokenOff() {
		this.session.rollback();
		this.batch.stream().filter(Command::isCommitted).forEach(this.answers::succeeded);
		List<Command<S>> open = this.batch.stream().filter((command) -> !command.isHandled()).toList();
		if (!open.isEmpty()) {
			this.recovery.brokenOff(open, this.failing.text());
		}
		this.batch.clear();
	}

	/**
	 * Takes what was handed in.
	 * @return whether there is anything
	 */
	boolean take() {
		useRoom(collect());
		return !this.batch.isEmpty();
	}

	/** Returns about how many bytes the batch will write. */
	private long collect() {
		List<Command<S>> batch = this.batch;
		int rows = 0;
		long bytes = 0;
		int mostRows = mostRows();
		long mostBytes = this.refusal.isDiskFull() ? FEW_BYTES : MAX_BYTES;
		while (rows < mostRows && bytes < mostBytes) {
			// One that is too large for any batch has one of its own.
			Command<S> command = batch.isEmpty() ? this.inbox.next()
					: this.inbox.next(mostRows - rows, mostBytes - bytes);
			if (command == null) {
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
					this.answers.failed(command, Answers.refusal(reason, command));
				}
			}
			this.batch.removeIf(Command::addsData);
		}
	}

	/** Commits what was taken, on the writer's thread. */
	void commit() {
		commit(this.batch);
		this.batch.clear();
	}

	/**
	 * Takes and commits on the thread of a caller.
	 * @return whether there is something for the writer
	 */
	boolean commitInPlace() throws SQLException {
		if (this.recovery.isNeeded() || this.quarantine.isDeclared()) {
			return true;
		}
		if (take() && commit(this.batch)) {
			this.batch.clear();
		}
		return !this.batch.isEmpty() || !this.inbox.isEmpty() || this.syncs.isOwed() || isTrimDue()
				|| this.turn.isWanted(this.session);
	}

	private boolean isTrimDue() {
		return this.log.isDue() || this.refusal.needsShortLog();
	}

	/**
	 * Runs a batch in a transaction and tells how it went.
	 * @return false when that is left to the writer's thread
	 */
	private boolean commit(List<Command<S>> batch) {
		boolean synced = this.syncs.isDue(batch);
		CommitEvent event = FlightEvents.commit();
		long start = System.nanoTime();
		int rows = 0;
		boolean committed = false;
		this.committing = false;
		try {
			this.session.begin(synced);
			if (synced && this.syncs.isOwed()) {
				this.session.writeProbe();
			}
			rows = this.turn.execute(this.session, batch, mostRows());
			this.committing = true;
			this.session.commit();
			markCommitted(batch);
			committed = true;
		}
		catch (SQLException ex) {
			Session.Fault kind = this.session.classify(ex);
			this.session.rollback();
			this.turn.rolledBack(kind == Session.Fault.STORAGE);
			return failedHere(batch, kind, ex);
		}
		catch (RuntimeException | Error ex) {
			this.session.rollback();
			this.turn.rolledBack(this.committing);
			return failedHere(batch, this.committing ? Session.Fault.STORAGE : Session.Fault.DEFECT, ex);
		}
		finally {
			if (event != null) {
				event.over(this.shard, rows, synced, committed);
			}
		}
		long end = System.nanoTime();
		if (synced) {
			this.syncs.synced();
		}
		this.lastCommit = end;
		this.log.committed(batch, rows);
		record(end - start, rows);
		this.small = batch.size() <= 1;
		batch.forEach(this.answers::succeeded);
		this.turn.committed();
		if (isTrimDue() && !WriterThread.isInPlace()) {
			trim(false);
		}
		return true;
	}

	private boolean failedHere(List<Command<S>> batch, Session.Fault kind, Throwable cause) {
		if (WriterThread.isInPlace()) {
			this.failure = new Failure(kind, cause);
			return false;
		}
		failed(batch, kind, cause);
		return true;
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
			batch.forEach(this::redoUnlessBroken);
		}
		else if (batch.isEmpty()) {
			throw new IllegalStateException("A transaction of " + this.session.label() + " without commands failed",
					cause);
		}
		else {
			redoAlone(batch.get(0), cause);
		}
	}

	/**
	 * When one of them met a fault of the disk, the others are not tried on a file of
	 * which nobody knows what is in it.
	 */
	private void redoUnlessBroken(Command<S> command) {
		if (this.quarantine.isDeclared()) {
			this.answers.failed(command, this.quarantine.refusal(Answers.NOTHING_STORED, command.message()));
		}
		else if (this.recovery.isNeeded()) {
			this.answers.failedOrKept(command, this.refusal.text() + Answers.NOTHING_STORED, null);
		}
		else {
			commit(List.of(command));
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

	/** Does what there is time for. */
	void idle(long now) {
		if (this.syncs.isOverdue(now)) {
			sync();
		}
		if (this.log.isWantedWhenIdle() && now - this.lastCommit >= IDLE_AFTER_NANOS) {
			trim(true);
		}
	}

	private void sync() {
		try {
			this.session.probe();
			this.syncs.synced();
		}
		catch (SQLException ex) {
			failed(List.of(), this.session.classify(ex), ex);
		}
	}

	/** Returns for how long there is nothing to do if nothing is handed in. */
	long idleNanos(long now) {
		long nanos = Math.min(this.syncs.untilOverdue(now), this.room.untilWanted(now));
		return this.log.isWantedWhenIdle() ? Math.min(nanos, IDLE_AFTER_NANOS) : nanos;
	}

	/** Syncs what is not, for the last time. */
	void close() {
		if (this.syncs.isOwed() && !this.quarantine.isDeclared()) {
			try {
				this.session.probe();
			}
			catch (SQLException ex) {
				logger.warn("The last commits of {} are not synced: {}", this.session.label(), ex.toString());
			}
		}
	}

	/**
	 * Why the transaction of the batch failed that a caller began.
	 *
	 * @param kind of fault
	 * @param cause what was thrown
	 */
	private record Failure(Session.Fault kind, Throwable cause) {

	}

}
