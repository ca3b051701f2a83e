package io.github.queuesqlite.store;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

import io.github.queuesqlite.event.FailureNote;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.QueueFullException;
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

	/** With time left for the sync itself, so that power loss takes at most 200 ms. */
	private static final long SYNC_AFTER_NANOS = TimeUnit.MILLISECONDS.toNanos(150);

	private static final long IDLE_AFTER_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

	private static final long RETRY_AFTER_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private static final long WATCH_LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	private static final long WATCH_MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

	/** Left to other processes after each commit: they get the lock in turn. */
	private static final long COURTESY_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

	/**
	 * About how much a commit adds to the log beside its rows: the pages of counters and
	 * indexes.
	 */
	private static final long COMMIT_BYTES = 32 * 1024;

	private static final long ROW_BYTES = 1024;

	static final String NOTHING_STORED = " Nothing of this was stored.";

	private static final String UNKNOWN = " The outcome is unknown: look for the message by its id before you try again.";

	/** What may be written before the size of the log is asked for again. */
	private static final long TRIM_BYTES = 1024 * 1024;

	private final S session;

	private final Turn<S> turn;

	private final int shard;

	private final WriterSettings settings;

	private final Quarantine quarantine;

	private final Thread thread;

	private final Queue<Command<S>> inbox = new ConcurrentLinkedQueue<>();

	private final Semaphore places;

	private final AtomicBoolean parked = new AtomicBoolean();

	private volatile boolean nudged;

	private volatile boolean watching;

	private volatile boolean closing;

	private volatile boolean terminated;

	/** Why new messages are refused; empty when they are taken. */
	private volatile String refusal = "";

	private final FailureNote failing;

	/** Ends of runs that are tried again before anything else. Writer thread only. */
	private final Deque<Command<S>> kept = new ArrayDeque<>();

	/**
	 * What the current pass has taken. Has room for all, so that taking needs no memory.
	 */
	private final List<Command<S>> batch = new ArrayList<>(MAX_ROWS);

	/** A command taken from the inbox that did not fit the batch. Writer thread only. */
	private @Nullable Command<S> held;

	/** Whether the transaction that failed was at its commit. Writer thread only. */
	private boolean committing;

	/** Whether all were told that the file is out of use. Set by the writer thread. */
	private volatile boolean retired;

	private boolean unreadable;

	private boolean unrepaired;

	private String walRefusal = "";

	private String fault = "";

	private long firstUnsynced;

	private boolean unsynced;

	private boolean untrimmed;

	private long writtenSinceTrim;

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
		this.places = new Semaphore(settings.maxPending());
		this.failing = new FailureNote(logger, "The writer of {} failed and goes on", session.label());
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
		offer(new WorkCommand<>(work, completion, true));
	}

	/**
	 * Does something in a transaction whose commit need not be fsynced: power loss may
	 * take it, a crash of the process not.
	 * @param work what to do
	 * @param completion told after the commit
	 */
	public <R> void submitUnsynced(Work<S, R> work, Completion<R> completion) {
		offer(new WorkCommand<>(work, completion, false));
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
		if (this.quarantine.isDeclared()) {
			throw this.quarantine.refusal(NOTHING_STORED, idOf(command));
		}
		if (!this.refusal.isEmpty()) {
			throw new StoreUnavailableException(this.refusal, idOf(command), null);
		}
		int rows = placesOf(command);
		if (!this.places.tryAcquire(rows)) {
			waitForPlaces(command, rows);
		}
		offer(command);
	}

	private void waitForPlaces(Command<S> command, int rows) {
		WriterThread.refuse();
		try {
			if (!this.places.tryAcquire(rows, this.settings.blockTimeout().toNanos(), TimeUnit.NANOSECONDS)) {
				throw new QueueFullException("The inbox of " + this.session.label() + " stayed full for "
						+ this.settings.blockTimeout().toMillis() + " ms: " + this.settings.maxPending()
						+ " messages wait for their commit ('enqueue.max-pending'). Nothing was stored.");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new QueueException("Interrupted while waiting for a place in the inbox of " + this.session.label()
					+ ": the message is not stored", idOf(command), ex);
		}
	}

	private int placesOf(Command<S> command) {
		return Math.min(command.rows(), this.settings.maxPending());
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
		return this.settings.maxPending() - this.places.availablePermits();
	}

	String refusal() {
		return this.quarantine.isDeclared() ? this.quarantine.reason() : this.refusal;
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
		boolean interrupted = false;
		while (this.thread.isAlive()) {
			try {
				this.thread.join();
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	private void loop() {
		while (!isDone()) {
			try {
				pass();
				this.failing.clear();
			}
			catch (Throwable ex) {
				if (isDamage(ex)) {
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

	/** Declares the quarantine when the failure shows the file to be damaged. */
	private boolean isDamage(Throwable failure) {
		if (failure instanceof SQLException ex && this.session.classify(ex) == Session.Fault.DAMAGED) {
			this.session.damaged(ex);
			return true;
		}
		return false;
	}

	private boolean isDone() {
		return this.closing && this.batch.isEmpty()
				&& ((this.inbox.isEmpty() && this.held == null && this.kept.isEmpty()) || this.unreadable
						|| this.unrepaired || this.quarantine.isDeclared());
	}

	private void failRest() {
		Command<S> command;
		while ((command = this.inbox.poll()) != null) {
			failed(command,
					new StoreUnavailableException("The queue is closed: nothing was stored", idOf(command), null));
		}
		if (Thread.currentThread() == this.thread) {
			this.kept.forEach((kept) -> kept.failed(new StoreUnavailableException(
					"The queue was closed before " + this.session.label() + " could be written again", idOf(kept),
					null)));
			this.kept.clear();
		}
	}

	private void syncBeforeClose() {
		if (this.unsynced && !this.quarantine.isDeclared()) {
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
		if (this.unreadable && !recover(List.of(), this.fault)) {
			refuseInbox();
			park(RETRY_AFTER_NANOS);
			return;
		}
		if (this.unrepaired && !repair()) {
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
		collect();
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
			this.unrepaired = false;
			this.unreadable = false;
			this.turn.quarantined();
		}
		Command<S> command;
		while ((command = next()) != null) {
			failed(command, this.quarantine.refusal(NOTHING_STORED, idOf(command)));
		}
	}

	/** Tells those the truth whose pass broke off, most likely for lack of memory. */
	private void finishBrokenOff() {
		this.session.rollback();
		this.batch.stream().filter(Command::isCommitted).forEach(this::succeeded);
		List<Command<S>> open = this.batch.stream().filter((command) -> !command.isHandled()).toList();
		if (!open.isEmpty()) {
			this.fault = "A transaction of " + this.session.label() + " broke off: " + this.failing.text() + ".";
			recover(open, this.fault);
		}
		this.batch.clear();
	}

	private void collect() {
		List<Command<S>> batch = this.batch;
		int rows = 0;
		long bytes = 0;
		while (rows < MAX_ROWS && bytes < MAX_BYTES) {
			Command<S> command = next();
			if (command == null) {
				break;
			}
			if (!batch.isEmpty() && (rows + command.rows() > MAX_ROWS || bytes + command.bytes() > MAX_BYTES)) {
				this.held = command;
				break;
			}
			command.taken();
			batch.add(command);
			rows += command.rows();
			bytes += command.bytes();
		}
	}

	private @Nullable Command<S> next() {
		if (!this.kept.isEmpty()) {
			return this.kept.poll();
		}
		Command<S> command = this.held;
		if (command != null) {
			this.held = null;
			return command;
		}
		return this.inbox.poll();
	}

	private void commit(List<Command<S>> batch) {
		boolean synced = isSyncDue(batch);
		long start = System.nanoTime();
		int rows;
		this.committing = false;
		try {
			this.session.begin(synced);
			rows = this.turn.execute(this.session, batch);
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
		noteSync(synced, end);
		this.lastCommit = end;
		this.untrimmed = true;
		record(end - start, rows);
		batch.forEach(this::succeeded);
		this.turn.committed();
		trimWhenDue(batch, rows);
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

	/** Asking for the size of the log costs a statement: not after each small commit. */
	private void trimWhenDue(List<Command<S>> batch, int rows) {
		this.writtenSinceTrim += COMMIT_BYTES + (long) rows * ROW_BYTES;
		for (Command<S> command : batch) {
			this.writtenSinceTrim += command.bytes();
		}
		if (this.writtenSinceTrim >= TRIM_BYTES || !this.walRefusal.isEmpty()) {
			trim(false);
		}
	}

	private boolean isSyncDue(List<Command<S>> batch) {
		boolean asked = false;
		for (Command<S> command : batch) {
			if (command.synced()) {
				asked = true;
				break;
			}
		}
		if (this.settings.synced()) {
			return asked;
		}
		if (this.unsynced) {
			return isSyncOverdue(System.nanoTime());
		}
		if (asked) {
			this.firstUnsynced = System.nanoTime();
			this.unsynced = true;
		}
		return false;
	}

	private boolean isSyncOverdue(long now) {
		return now - this.firstUnsynced >= SYNC_AFTER_NANOS;
	}

	private void noteSync(boolean synced, long now) {
		if (synced) {
			this.unsynced = false;
			this.firstUnsynced = now;
		}
	}

	private void succeeded(Command<S> command) {
		if (command.isHandled()) {
			return;
		}
		command.handled();
		release(command);
		try {
			command.succeeded();
		}
		catch (RuntimeException ex) {
			logger.error("A completion of {} failed", this.session.label(), ex);
		}
		catch (Error ex) {
			this.failing.note(ex);
			failed(command,
					new QueueException(
							this.session.label() + " could not tell the outcome: look for the message by its id",
							idOf(command), ex));
		}
	}

	private void failed(Command<S> command, QueueException failure) {
		if (!command.isHandled()) {
			command.handled();
			release(command);
		}
		try {
			command.failed(failure);
		}
		catch (RuntimeException | Error ex) {
			logger.error("A completion of {} failed", this.session.label(), ex);
		}
	}

	/** An end of a run is not failed: it is tried again. */
	private void keep(Command<S> command) {
		this.kept.add(command);
		command.handled();
	}

	private void release(Command<S> command) {
		if (command instanceof Bounded) {
			this.places.release(placesOf(command));
		}
	}

	private void failed(List<Command<S>> batch, Session.Fault kind, Throwable cause) {
		switch (kind) {
			case ROW, DEFECT -> redo(batch, cause);
			case BUSY -> busy(batch, cause);
			case DAMAGED -> {
				isDamage(cause);
				String outcome = this.committing ? UNKNOWN : NOTHING_STORED;
				batch.forEach((command) -> failed(command, this.quarantine.refusal(outcome, idOf(command))));
			}
			case STORAGE -> {
				if (this.fault.isEmpty()) {
					this.fault = "Cannot write " + this.session.label() + ": " + cause.getMessage()
							+ ". New messages are refused until it can be written again.";
					logger.error("{}", this.fault, cause);
				}
				recover(batch, this.fault);
			}
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
			Command<S> command = batch.get(0);
			if (cause instanceof VirtualMachineError && command.isKept()) {
				// Memory comes back; nobody else would end the run.
				keep(command);
				this.failing.note(cause);
				LockSupport.parkNanos(RETRY_AFTER_NANOS);
				return;
			}
			if (cause instanceof QueueException failure) {
				failed(command, failure);
				return;
			}
			if (!(cause instanceof SQLException)) {
				logger.error("A command of {} failed", this.session.label(), cause);
			}
			failed(command, new QueueException(
					"A command of " + this.session.label() + " failed, nothing of it is stored: " + cause.getMessage(),
					idOf(command), cause));
		}
	}

	private void busy(List<Command<S>> batch, Throwable cause) {
		logger.warn("{} is locked by another program: {}", this.session.label(), cause.getMessage());
		for (Command<S> command : batch) {
			if (command.isKept()) {
				keep(command);
			}
			else {
				failed(command, new StoreUnavailableException("Cannot write " + this.session.label()
						+ ": another program holds its lock. Nothing was stored. Find the program that has the file"
						+ " open and end it.", idOf(command), cause));
			}
		}
	}

	/**
	 * Finds out what is true after a fault.
	 * @return whether the file can be written again
	 */
	private boolean recover(List<Command<S>> batch, String reason) {
		this.refusal = reason;
		this.unrepaired = true;
		int told = 0;
		try {
			this.session.probe();
			this.turn.reconcile(this.session);
			for (; told < batch.size(); told++) {
				settleFault(batch.get(told), this.session, reason);
			}
		}
		catch (SQLException ex) {
			logger.debug("{} cannot be written yet", this.session.label(), ex);
			this.session.rollback();
			this.unreadable = true;
			batch.subList(told, batch.size()).forEach((command) -> unknown(command, reason));
			isDamage(ex);
			return false;
		}
		if (this.unreadable) {
			this.unreadable = false;
			logger.info("{} can be written again", this.session.label());
		}
		return true;
	}

	private void settleFault(Command<S> command, S session, String reason) throws SQLException {
		if (command.isCommitted(session)) {
			succeeded(command);
		}
		else if (command.isKept()) {
			keep(command);
		}
		else {
			failed(command, new StoreUnavailableException(reason + NOTHING_STORED, idOf(command), null));
		}
	}

	private void unknown(Command<S> command, String reason) {
		if (command.isKept()) {
			keep(command);
		}
		else {
			failed(command, new StoreUnavailableException(reason + UNKNOWN, idOf(command), null));
		}
	}

	private void refuseInbox() {
		Command<S> command;
		while ((command = (this.held != null) ? takeHeld() : this.inbox.poll()) != null) {
			if (command.isKept()) {
				keep(command);
			}
			else {
				failed(command, new StoreUnavailableException(this.fault, idOf(command), null));
			}
		}
	}

	private @Nullable Command<S> takeHeld() {
		Command<S> command = this.held;
		this.held = null;
		return command;
	}

	/**
	 * Makes sure that new data can be stored again. Until then each pass waits a little
	 * first, whatever is handed in: a full disk is not helped by trying harder.
	 */
	private boolean repair() {
		try {
			this.session.repair();
			this.unrepaired = false;
			this.fault = "";
			this.refusal = this.walRefusal;
			logger.info("{} takes new messages again", this.session.label());
			return true;
		}
		catch (SQLException ex) {
			if (!isDamage(ex)) {
				logger.debug("{} cannot be repaired yet", this.session.label(), ex);
			}
			return false;
		}
	}

	private void trim(boolean idle) {
		this.writtenSinceTrim = 0;
		try {
			String reason = this.session.trim(idle);
			if (!reason.equals(this.walRefusal)) {
				this.walRefusal = reason;
				if (!reason.isEmpty()) {
					logger.warn("{}", reason);
				}
				if (!this.unrepaired) {
					this.refusal = reason;
				}
			}
			if (idle) {
				this.untrimmed = false;
			}
		}
		catch (SQLException ex) {
			if (this.session.classify(ex) != Session.Fault.BUSY && !isDamage(ex)) {
				failed(List.of(), Session.Fault.STORAGE, ex);
			}
		}
	}

	private void idle() throws SQLException {
		long now = System.nanoTime();
		if (this.unsynced && isSyncOverdue(now)) {
			syncIdle(now);
		}
		boolean quiet = now - this.lastCommit >= IDLE_AFTER_NANOS;
		if (quiet && this.untrimmed) {
			trim(true);
		}
		long nanos = this.settings.pollInterval().toNanos();
		if (this.unsynced) {
			nanos = Math.min(nanos, this.firstUnsynced + SYNC_AFTER_NANOS - now);
		}
		if (this.untrimmed) {
			nanos = Math.min(nanos, IDLE_AFTER_NANOS);
		}
		if (this.watching) {
			nanos = Math.min(nanos, this.watchNanos);
			this.watchNanos = Math.min(WATCH_MOST_NANOS, this.watchNanos + this.watchNanos / 8);
		}
		park(nanos);
		if (!this.watching && this.session.changedElsewhere()) {
			this.turn.changedElsewhere(this.session);
		}
	}

	private void syncIdle(long now) {
		try {
			this.session.probe();
			noteSync(true, now);
		}
		catch (SQLException ex) {
			failed(List.of(), this.session.classify(ex), ex);
		}
	}

	private void park(long nanos) {
		if (this.unrepaired) {
			LockSupport.parkNanos(this, RETRY_AFTER_NANOS);
			return;
		}
		this.parked.set(true);
		if (this.inbox.isEmpty() && !this.nudged && !this.closing) {
			LockSupport.parkNanos(this, nanos);
		}
		this.parked.set(false);
	}

	private static @Nullable MessageId idOf(Command<?> command) {
		Long id = command.messageId();
		return (id != null) ? new MessageId(id) : null;
	}

	/** Marks commands that take places in the inbox. */
	interface Bounded {

	}

	/** Does one thing and gives its result. */
	private static final class WorkCommand<S, R> extends Command<S> {

		private final Work<S, R> work;

		private final Completion<R> completion;

		private final boolean synced;

		private @Nullable R result;

		WorkCommand(Work<S, R> work, Completion<R> completion, boolean synced) {
			this.work = work;
			this.completion = completion;
			this.synced = synced;
		}

		@Override
		boolean synced() {
			return this.synced;
		}

		@Override
		void execute(S session) throws SQLException {
			this.result = this.work.execute(session);
		}

		@Override
		@SuppressWarnings("NullAway") // null only where R is nullable
		void succeeded() {
			this.completion.succeeded(this.result);
		}

		@Override
		void failed(QueueException failure) {
			this.completion.failed(failure);
		}

	}

}
