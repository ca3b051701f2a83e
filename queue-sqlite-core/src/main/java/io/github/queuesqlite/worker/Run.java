package io.github.queuesqlite.worker;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.Supplier;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.event.RunOutcome;
import io.github.queuesqlite.message.LeaseLostException;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.PayloadException;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.payload.Payloads;
import io.github.queuesqlite.store.Completion;
import io.github.queuesqlite.store.FailureRecord;
import io.github.queuesqlite.store.RunKey;
import io.github.queuesqlite.store.SettleResult;
import io.github.queuesqlite.store.Settlement;
import io.github.queuesqlite.store.StoreInstance;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.store.StoredMessageView;
import io.github.queuesqlite.task.FencingToken;
import io.github.queuesqlite.task.TaskContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * One run of one message, from its claim to the commit of its end: also the handler's
 * context and what the store tells of the commit, since one object for each message is
 * what the speed of a lane allows.
 * <p>
 * {@code NEW → RUNNING → SETTLED} or {@code NEW → SETTLED}: whoever moves it to SETTLED
 * settles it, once.
 */
final class Run implements TaskContext, Completion<SettleResult>, Runnable {

	private static final Logger logger = LoggerFactory.getLogger(Run.class);

	private static final int NEW = 0;

	private static final int RUNNING = 1;

	private static final int SETTLED = 2;

	private static final AtomicIntegerFieldUpdater<Run> STATE = AtomicIntegerFieldUpdater.newUpdater(Run.class,
			"state");

	/** Place among the lane's permits, -1 without. Guarded by the lane's lock. */
	int place = -1;

	/** When the lane got it. */
	final long claimedAt;

	/** When it was given to an executor of the user; 0 when not. */
	volatile long handedAt;

	/** The next of those that broke off. Guarded by the lane's lock. */
	@Nullable Run nextBrokenOff;

	/** Why it broke off. Guarded by the lane's lock. */
	@Nullable Throwable brokenBy;

	private final Lane lane;

	private final StoredMessage row;

	private final RunKey key;

	private final HostedTask task;

	private final StoreInstance instance;

	/** In how many runs in a row its process died. */
	private final int deaths;

	private volatile int state;

	private volatile boolean cancelRequested;

	private volatile boolean lost;

	/** Whether a suspect is settled and committed, or somebody else's. */
	private volatile boolean offHands;

	private volatile boolean timedOut;

	private volatile boolean stopping;

	/** When it should have stopped; 0 while it may go on. */
	private volatile long overdueSince;

	private int note = -1;

	private long startedAt;

	private long startedMillis;

	private long elapsed;

	private volatile long deadline;

	/** The handler's thread while it is in the handler. Guarded by this. */
	private @Nullable Thread thread;

	/** Whether that thread got our interrupt. Guarded by this. */
	private boolean interrupted;

	private volatile @Nullable CompletionStage<?> stage;

	/** Whether the store has told how its end went. Its writer thread only. */
	private boolean told;

	/** How it ended, until handed to the store. */
	private @Nullable Settlement settlement;

	private @Nullable RunOutcome outcome;

	private @Nullable Message message;

	Run(Lane lane, StoredMessage row, HostedTask task, StoreInstance instance, int deaths, long claimedAt) {
		this.lane = lane;
		this.row = row;
		this.key = row.runKey();
		this.task = task;
		this.instance = instance;
		this.deaths = deaths;
		this.claimedAt = claimedAt;
		this.cancelRequested = row.cancelRequested();
	}

	Lane lane() {
		return this.lane;
	}

	Engine engine() {
		return this.lane.engine();
	}

	StoredMessage row() {
		return this.row;
	}

	RunKey key() {
		return this.key;
	}

	HostedTask task() {
		return this.task;
	}

	int bytes() {
		byte[] payload = this.row.payload();
		return (payload != null) ? payload.length : 0;
	}

	/** More than 0 for a suspect. */
	int deaths() {
		return this.deaths;
	}

	/** A suspect waits for no others: there is never more than one. */
	boolean isBefore(Run other) {
		if ((this.deaths | other.deaths) != 0) {
			return this.deaths > other.deaths;
		}
		return (this.row.priority() != other.row.priority()) ? this.row.priority() > other.row.priority()
				: this.row.seq() < other.row.seq();
	}

	boolean isNew() {
		return this.state == NEW;
	}

	boolean isOffHands() {
		return this.offHands;
	}

	boolean isCancelRequested() {
		return this.cancelRequested;
	}

	boolean isStopping() {
		return this.stopping;
	}

	/** How long its handler took; 0 when it did not run. */
	long elapsed() {
		return this.elapsed;
	}

	// Starting and ending

	/** Runs on a thread of the user's executor. */
	@Override
	public void run() {
		boolean over = true;
		try {
			over = execute();
			this.lane.worked();
		}
		catch (Throwable ex) {
			this.lane.brokeOff(this, ex);
		}
		if (over) {
			this.lane.freed(this);
			submit();
		}
	}

	/**
	 * Calls the handler unless there is a reason not to.
	 * @return whether it is over; the permit is then the caller's to give back, before it
	 * calls {@link #submit()}
	 */
	boolean execute() {
		if (!isNew() || !isWelcome() || !begin()) {
			return true;
		}
		CompletionStage<?> stage;
		try {
			enter();
			stage = call();
		}
		finally {
			leave();
		}
		return stage == null || !isAwaited(stage);
	}

	/**
	 * Reads the payload, calls the handler and writes its result. All of it is user code
	 * that may last, fail or end the process, so all of it is part of the run.
	 * @return the stage to wait for; null when it has ended
	 */
	private @Nullable CompletionStage<?> call() {
		Object payload;
		try {
			payload = engine().environment.payloads()
				.decode(this.row.codec(), this.row.payload(), this.task.payloadType());
		}
		catch (Throwable ex) {
			end(() -> unusable("The payload cannot be read: ", ex));
			return null;
		}
		Object result;
		try {
			result = invoke(payload);
		}
		catch (Throwable ex) {
			end(() -> Verdict.ofFailure(this, ex));
			return null;
		}
		if (result instanceof CompletionStage<?> stage) {
			return stage;
		}
		returned(result);
		return null;
	}

	/** What will not be better the next time, unless it was only memory that lacked. */
	private Verdict unusable(String what, Throwable ex) {
		if (ex instanceof OutOfMemoryError) {
			return Verdict.ofFailure(this, ex);
		}
		return Verdict.dead(this, failure(ex.getClass().getName(), what + Failures.message(ex), Failures.stack(ex)));
	}

	/** Looks for reasons not to start, and ends it when there is one. */
	private boolean isWelcome() {
		if (this.lost) {
			// Nothing to settle: the row is somebody else's.
			if (STATE.compareAndSet(this, NEW, SETTLED)) {
				letGo();
			}
			return false;
		}
		Settlement instead = null;
		Long expiresAt = this.row.expiresAt();
		if (this.cancelRequested) {
			instead = new Settlement.Cancel(this.key);
		}
		else if (this.lane.isPaused() || !engine().environment.presence().holdsLease(this.instance)) {
			instead = new Settlement.Release(this.key);
		}
		else if (expiresAt != null && engine().millis() >= expiresAt) {
			instead = new Settlement.Expire(this.key);
		}
		else if (attempt() > maxAttempts()) {
			endUnstarted(Verdict.exhausted(this, failure("AttemptsExhausted",
					"No attempt is left: " + (attempt() - 1) + " spent, " + maxAttempts() + " allowed", "")));
			return false;
		}
		if (instead != null && STATE.compareAndSet(this, NEW, SETTLED)) {
			this.settlement = instead;
		}
		return instead == null;
	}

	private void endUnstarted(Verdict verdict) {
		if (STATE.compareAndSet(this, NEW, SETTLED)) {
			this.settlement = verdict.settlement();
			this.outcome = verdict.outcome();
		}
	}

	private boolean begin() {
		int note = this.instance.started(this.key);
		this.note = note;
		this.startedAt = engine().now();
		this.startedMillis = engine().millis();
		this.deadline = this.startedAt + this.task.timeoutNanos();
		if (!STATE.compareAndSet(this, NEW, RUNNING)) {
			// Taken back in this moment: whoever did has settled it.
			this.instance.settled(note);
			return false;
		}
		engine().watch.within(this.task.timeoutNanos());
		recordStart();
		return true;
	}

	private void recordStart() {
		if (engine().records) {
			try {
				long due = Math.max(this.row.runAt(), this.row.createdAt());
				recorder().started(this.row.queue(), this.row.task(),
						Duration.ofMillis(Math.max(0, this.startedMillis - due)));
			}
			catch (Throwable ex) {
				engine().recorderFailed(ex);
			}
		}
	}

	@SuppressWarnings("NullAway") // null goes to handlers whose message has no payload
	private @Nullable Object invoke(@Nullable Object payload) throws Exception {
		if (engine().interceptors.isEmpty()) {
			return this.task.handler().handle(payload, this);
		}
		return new Invocation(this.task, payload, this, engine().interceptors, 0).proceed();
	}

	private void enter() {
		synchronized (this) {
			this.thread = Thread.currentThread();
		}
		if (engine().logsContext) {
			MDC.put("queue.message", id().toString());
			MDC.put("queue.task", this.row.task());
			MDC.put("queue.attempt", Integer.toString(this.row.attempt()));
		}
	}

	private void leave() {
		boolean ours;
		synchronized (this) {
			this.thread = null;
			ours = this.interrupted;
		}
		if (ours || this.task.executor() == null) {
			Thread.interrupted();
		}
		if (engine().logsContext) {
			MDC.remove("queue.message");
			MDC.remove("queue.task");
			MDC.remove("queue.attempt");
		}
	}

	private boolean isAwaited(CompletionStage<?> stage) {
		this.stage = stage;
		if (isCancelled()) {
			// Asked to stop before there was a stage to tell.
			engine().interrupts().execute(this::interrupt);
		}
		try {
			stage.whenComplete(this::completed);
			return true;
		}
		catch (Throwable ex) {
			end(() -> Verdict.ofFailure(this, ex));
			return false;
		}
	}

	private void completed(@Nullable Object result, @Nullable Throwable failure) {
		try {
			if (failure != null) {
				end(() -> Verdict.ofFailure(this, failure));
			}
			else {
				returned(result);
			}
		}
		catch (Throwable ex) {
			this.lane.brokeOff(this, ex);
		}
		this.lane.freed(this);
		submit();
	}

	private void returned(@Nullable Object result) {
		if (!end(() -> complete(result))) {
			logger.warn("The result of message {} of task '{}' came after its deadline and does not count", id(),
					this.row.task());
			record(RunOutcome.LOST, this.elapsed);
		}
	}

	/** Ends it, unless it was ended meanwhile: its time was over. */
	private boolean end(Supplier<Verdict> how) {
		this.elapsed = Math.max(1, engine().now() - this.startedAt);
		if (this.state != RUNNING) {
			return false;
		}
		Verdict verdict = how.get();
		if (!STATE.compareAndSet(this, RUNNING, SETTLED)) {
			return false;
		}
		this.settlement = verdict.settlement();
		this.outcome = verdict.outcome();
		return true;
	}

	private Verdict complete(@Nullable Object result) {
		if (!this.task.definition().storeResult()) {
			return new Verdict(new Settlement.Complete(this.key, null, null), RunOutcome.COMPLETED);
		}
		try {
			Payloads.Encoded encoded = engine().environment.payloads().encode("result", result);
			return new Verdict(new Settlement.Complete(this.key, encoded.codec(), encoded.bytes()),
					RunOutcome.COMPLETED);
		}
		catch (PayloadException ex) {
			return unusable("", ex);
		}
		catch (Throwable ex) {
			return unusable("The result cannot be written: ", ex);
		}
	}

	/**
	 * Ends it after a defect of ours or a lack of memory, so that it is not RUNNING for
	 * ever. Tried again until it succeeds.
	 */
	void finish(Throwable ex) {
		FailureRecord failed = failure(ex.getClass().getName(), "", "");
		boolean last = attempt() >= maxAttempts();
		Settlement settlement = last ? new Settlement.Dead(this.key, failed)
				: new Settlement.Retry(this.key, engine().millis() + 1000, true, failed);
		if (STATE.getAndSet(this, SETTLED) != SETTLED) {
			this.settlement = settlement;
			this.outcome = last ? RunOutcome.DEAD : RunOutcome.RETRY;
		}
		submit();
	}

	/** Hands the end to the store, if this thread is the one that has it. */
	void submit() {
		Settlement settlement = this.settlement;
		if (settlement != null) {
			this.settlement = null;
			submit(settlement);
		}
	}

	private void submit(Settlement settlement) {
		try {
			engine().environment.store().settle(settlement, this);
		}
		catch (RuntimeException ex) {
			logger.warn("The end of message {} of task '{}' was not stored: it will run again", id(), this.row.task(),
					ex);
			letGo();
		}
		catch (Error ex) {
			this.settlement = settlement;
			this.lane.brokeOff(this, ex);
		}
	}

	private void letGo() {
		if (this.deaths > 0) {
			this.offHands = true;
		}
		this.lane.settled();
	}

	/** Gives it back uncounted if its handler has not started. */
	boolean recall() {
		Settlement release = new Settlement.Release(this.key);
		if (!STATE.compareAndSet(this, NEW, SETTLED)) {
			return false;
		}
		if (this.lost) {
			letGo();
		}
		else {
			submit(release);
		}
		return true;
	}

	// What the store says of the commit, on its writer thread

	@Override
	public void succeeded(SettleResult result) {
		try {
			if (this.note >= 0) {
				this.instance.settled(this.note);
			}
			RunOutcome outcome = this.outcome;
			if (outcome != null) {
				recordStored(result, outcome);
			}
		}
		finally {
			told();
		}
	}

	/** The store may tell twice when it ran out of memory between. */
	private void told() {
		if (!this.told) {
			this.told = true;
			letGo();
		}
	}

	private void recordStored(SettleResult result, RunOutcome outcome) {
		RunOutcome stored = switch (result) {
			case APPLIED -> outcome;
			case CANCELLED -> RunOutcome.CANCELLED;
			case LOST -> RunOutcome.LOST;
		};
		if (result == SettleResult.LOST) {
			logger.warn("Message {} of task '{}' was no longer ours (epoch {}, run {}): its end does not count", id(),
					this.row.task(), this.key.epoch(), this.key.run());
		}
		record(stored, this.elapsed);
	}

	private void record(RunOutcome outcome, long nanos) {
		if (engine().records) {
			try {
				if (this.note >= 0) {
					recorder().finished(this.row.queue(), this.row.task(), outcome, Duration.ofNanos(nanos));
				}
				else if (outcome == RunOutcome.DEAD) {
					recorder().diedUnrun(this.row.queue(), this.row.task(), 1);
				}
			}
			catch (Throwable ex) {
				engine().recorderFailed(ex);
			}
		}
	}

	private QueueRecorder recorder() {
		return engine().environment.recorder();
	}

	@Override
	public void failed(QueueException failure) {
		told();
		logger.warn("The end of message {} of task '{}' was not stored: it will run again", id(), this.row.task(),
				failure);
	}

	// What others want of it

	/** Nanoseconds until its deadline; the greatest long when there is none to watch. */
	long untilDeadline(long now) {
		return (this.state == RUNNING) ? this.deadline - now : Long.MAX_VALUE;
	}

	/** Fails it if its deadline is over. */
	void timeOut(long now) {
		if (untilDeadline(now) > 0) {
			return;
		}
		long nanos = Math.max(1, now - this.startedAt);
		Verdict verdict = Verdict.ofFailedAttempt(this, failure("Timeout",
				"The handler was still running after " + Duration.ofNanos(nanos).toMillis() + " ms", stackOfHandler()));
		if (!STATE.compareAndSet(this, RUNNING, SETTLED)) {
			return;
		}
		this.timedOut = true;
		this.elapsed = nanos;
		this.outcome = verdict.outcome();
		this.overdueSince = now;
		submit(verdict.settlement());
		engine().interrupts().execute(this::interrupt);
	}

	private String stackOfHandler() {
		Thread thread;
		synchronized (this) {
			thread = this.thread;
		}
		if (thread == null) {
			return "";
		}
		StringBuilder text = new StringBuilder();
		for (StackTraceElement element : thread.getStackTrace()) {
			text.append("\tat ").append(element).append('\n');
		}
		return Failures.cut(text.toString(), Failures.MOST_STACK);
	}

	/** Asks its handler to stop: somebody cancelled the message. */
	void cancel(long now) {
		this.cancelRequested = true;
		if (this.overdueSince == 0) {
			this.overdueSince = now;
		}
		if (this.state == RUNNING) {
			engine().interrupts().execute(this::interrupt);
		}
	}

	/** Asks its handler to stop: the application does. */
	void stop() {
		this.stopping = true;
		engine().interrupts().execute(this::interrupt);
	}

	/** Somebody else has the message. */
	void lose() {
		this.lost = true;
	}

	private void interrupt() {
		synchronized (this) {
			if (this.thread != null) {
				this.interrupted = true;
				this.thread.interrupt();
			}
		}
		if (this.stage instanceof Future<?> future) {
			future.cancel(true);
		}
	}

	@Nullable OverdueRun overdue(long now) {
		long since = this.overdueSince;
		if (since == 0 || this.state == NEW) {
			return null;
		}
		return new OverdueRun(this.row.id(), this.row.queue(), this.row.task(), Duration.ofNanos(now - since),
				threadName());
	}

	synchronized String threadName() {
		return (this.thread != null) ? this.thread.getName() : "";
	}

	/**
	 * Whether its handler waits for a stop of the queue, which so cannot wait for it: it
	 * asked for it itself, or called {@code System.exit}, which never returns.
	 */
	boolean isStoppedFor() {
		Thread thread;
		synchronized (this) {
			thread = this.thread;
		}
		if (thread == Thread.currentThread()) {
			return true;
		}
		if (thread != null) {
			for (StackTraceElement element : thread.getStackTrace()) {
				if (element.getClassName().equals("java.lang.Shutdown")
						|| (element.getClassName().equals("java.lang.Runtime")
								&& element.getMethodName().equals("exit"))) {
					return true;
				}
			}
		}
		return false;
	}

	FailureRecord failure(String type, String message, String stack) {
		long now = engine().millis();
		return new FailureRecord((this.state == NEW) ? 0 : attempt(), type,
				Failures.cut(message, Failures.MOST_MESSAGE), stack, engine().environment.host(),
				(this.startedMillis != 0) ? this.startedMillis : now, now);
	}

	// The handler's context

	@Override
	public synchronized Message message() {
		Message message = this.message;
		if (message == null) {
			message = new StoredMessageView(this.row, engine().environment.payloads(), maxAttempts());
			this.message = message;
		}
		return message;
	}

	@Override
	public MessageId id() {
		return new MessageId(this.row.id());
	}

	@Override
	public int attempt() {
		return this.row.attempt();
	}

	@Override
	public int maxAttempts() {
		Integer own = this.row.maxAttempts();
		return (own != null) ? own : this.task.retry().maxAttempts();
	}

	@Override
	public Instant deadline() {
		return Instant.ofEpochMilli(engine().millis()).plusNanos(this.deadline - engine().now());
	}

	@Override
	public Map<String, String> headers() {
		return message().headers();
	}

	@Override
	public boolean isCancelled() {
		return this.cancelRequested || this.timedOut || this.lost || this.stopping;
	}

	@Override
	public void extend(Duration duration) {
		if (duration.isNegative() || duration.isZero() || duration.compareTo(NewMessage.MAX_AHEAD) > 0) {
			throw new IllegalArgumentException("'duration' must be more than 0 and at most "
					+ NewMessage.MAX_AHEAD.toDays() + " days, was " + duration);
		}
		refuseLost();
		if (!engine().environment.store().extend(this.key, engine().millis() + duration.toMillis())) {
			this.lost = true;
		}
		long nanos = HostedTask.nanos(duration);
		this.deadline = engine().now() + nanos;
		refuseLost();
		engine().watch.within(nanos);
	}

	private void refuseLost() {
		if (this.lost || this.timedOut || this.state != RUNNING) {
			throw new LeaseLostException(
					"Message " + id() + " of task '" + this.row.task() + "' is no longer ours (epoch "
							+ this.key.epoch() + ", run " + this.key.run() + "): stop working on it",
					id());
		}
	}

	@Override
	public FencingToken fencingToken() {
		return new FencingToken(this.key.run(), this.key.epoch());
	}

	@Override
	public String toString() {
		return id() + " (" + this.row.task() + ")";
	}

}
