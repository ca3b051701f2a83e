package io.github.queuesqlite.worker;

import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.Supplier;

import io.github.queuesqlite.event.EventSink;
import io.github.queuesqlite.event.MessageEvent;
import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.event.RunOutcome;
import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.LeaseLostException;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.store.AttributesCodec;
import io.github.queuesqlite.store.Completion;
import io.github.queuesqlite.store.FailureCodec;
import io.github.queuesqlite.store.FailureRecord;
import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.RunKey;
import io.github.queuesqlite.store.SettleResult;
import io.github.queuesqlite.store.Settlement;
import io.github.queuesqlite.store.StoreInstance;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.store.StoredMessageView;
import io.github.queuesqlite.task.FencingToken;
import io.github.queuesqlite.task.RetryPolicy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.ParameterizedTypeReference;

/**
 * One claim of one message until the commit of its end, whoever works on it: also what
 * the store tells of that commit, since one object for each message is what the speed of
 * a lane allows.
 * <p>
 * {@code NEW → RUNNING → SETTLED} or {@code NEW → SETTLED}: whoever moves it to SETTLED
 * settles it, once.
 */
abstract class Claim implements Completion<SettleResult> {

	private static final Logger logger = LoggerFactory.getLogger(Claim.class);

	private static final int NEW = 0;

	private static final int RUNNING = 1;

	private static final int SETTLED = 2;

	/** How many messages are stored with an end at most. */
	private static final int MOST_FOLLOW_UPS = 1000;

	private static final long MOST_FOLLOW_UP_BYTES = 8L * 1024 * 1024;

	private static final AtomicIntegerFieldUpdater<Claim> STATE = AtomicIntegerFieldUpdater.newUpdater(Claim.class,
			"state");

	/** When the holder got it. */
	final long claimedAt;

	/** The next of those that broke off. Guarded by their lock. */
	@Nullable Claim nextBrokenOff;

	/** Why it broke off. Guarded by the lock of those that did. */
	@Nullable Throwable brokenBy;

	private final Holder holder;

	private final StoredMessage row;

	private final RunKey key;

	private final StoreInstance instance;

	/** In how many runs in a row its process died. */
	private final int deaths;

	private volatile int state;

	private volatile boolean cancelRequested;

	private volatile boolean lost;

	/** Whether it goes before better ones for its age. Set before others see it. */
	private boolean aged;

	/** Whether a suspect is settled and committed, or somebody else's. */
	private volatile boolean offHands;

	private volatile boolean timedOut;

	private int note = -1;

	private long startedAt;

	private long startedMillis;

	private long firstStartedMillis;

	private long elapsed;

	private volatile long deadline;

	/** Whether the store has told how its end went. Its writer thread only. */
	private boolean told;

	/** How it ended, until handed to the store. */
	private @Nullable Settlement settlement;

	private @Nullable RunOutcome outcome;

	/** How it ended, for those who listen to events; null while nobody does. */
	private @Nullable Settlement toldOf;

	private @Nullable Message message;

	/** What its handler says and does step by step; null for most. */
	private volatile @Nullable Records records;

	/** Whether it has begun to enqueue something. */
	private volatile boolean enqueues;

	/** What is stored with its end; null for nothing. Guarded by this. */
	private @Nullable List<Insertion> followUps;

	Claim(Holder holder, StoredMessage row, StoreInstance instance, int deaths, long claimedAt) {
		this.holder = holder;
		this.row = row;
		this.key = row.runKey();
		this.instance = instance;
		this.deaths = deaths;
		this.claimedAt = claimedAt;
		this.cancelRequested = row.cancelRequested();
	}

	Holder holder() {
		return this.holder;
	}

	Engine engine() {
		return this.holder.engine();
	}

	StoredMessage row() {
		return this.row;
	}

	RunKey key() {
		return this.key;
	}

	public int bytes() {
		byte[] payload = this.row.payload();
		return (payload != null) ? payload.length : 0;
	}

	/** More than 0 for a suspect. */
	int deaths() {
		return this.deaths;
	}

	public boolean isNew() {
		return this.state == NEW;
	}

	boolean isRunning() {
		return this.state == RUNNING;
	}

	/** Whether its run began, whatever came of it. */
	boolean hasStarted() {
		return this.deadline != 0;
	}

	/** It has waited so long that it goes before better ones. */
	void age() {
		this.aged = true;
	}

	boolean isAged() {
		return this.aged;
	}

	boolean isOffHands() {
		return this.offHands;
	}

	boolean isCancelRequested() {
		return this.cancelRequested;
	}

	boolean isLost() {
		return this.lost;
	}

	boolean isTimedOut() {
		return this.timedOut;
	}

	/** How long it ran; 0 when it did not. */
	public long elapsed() {
		return this.elapsed;
	}

	// What differs

	/** How failures are retried. */
	abstract RetryPolicy retry();

	/** Whether a failure is retried at all. */
	abstract boolean isRetryable(Throwable failure);

	/** How long it may run unless its deadline is moved. */
	abstract long nanosToDeadline();

	/** Why it has failed when its deadline is over. */
	abstract FailureRecord timeoutFailure(long nanos);

	/** Whether a suspect has ended in every respect. */
	abstract boolean isOver();

	/** The name of the thread that is in its handler; empty when none is. */
	String handlerThread() {
		return "";
	}

	/** Whether the application asked to stop it. */
	boolean isStopping() {
		return false;
	}

	/** Whoever works on it is to stop: its time is over. */
	void stopWorking(long now) {
	}

	/** It is given back without having started. */
	void recalled() {
	}

	/**
	 * Its end is committed, or was not stored.
	 * @param result null when it was not
	 * @param failure why it was not
	 */
	void ended(@Nullable SettleResult result, @Nullable RuntimeException failure) {
	}

	// Starting and ending

	/**
	 * Starts it unless there is a reason not to.
	 * @return false when it has ended; {@link #submit()} is then the caller's to call
	 */
	boolean start() {
		return isNew() && isWelcome() && begin();
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
		else if (this.holder.isPaused() || isPaused()) {
			instead = new Settlement.Release(this.key);
		}
		else if (expiresAt != null && engine().millis() >= expiresAt) {
			instead = new Settlement.Expire(this.key);
		}
		else if (attempt() > maxAttempts()) {
			endUnstarted(Verdict.exhausted(this, exhausted()));
			return false;
		}
		if (instead != null && STATE.compareAndSet(this, NEW, SETTLED)) {
			this.settlement = instead;
		}
		return instead == null;
	}

	/** Whoever took it back may not have known its task, and so how many it has. */
	private FailureRecord exhausted() {
		String text = "No attempt is left: " + (attempt() - 1) + " spent, " + maxAttempts() + " allowed";
		return (this.deaths > 0)
				? failure(FailureRecord.PROCESS_DIED, text + ". The process that ran the latest one died", "")
				: failure("AttemptsExhausted", text, "");
	}

	/** Whether its task or its key is paused. */
	public boolean isPaused() {
		return engine().tasks.isPaused(this.row.task()) || engine().pausedKeys.holdBack(this);
	}

	private void endUnstarted(Verdict verdict) {
		if (STATE.compareAndSet(this, NEW, SETTLED)) {
			this.settlement = verdict.settlement();
			this.outcome = verdict.outcome();
		}
	}

	private void release() {
		if (STATE.compareAndSet(this, NEW, SETTLED)) {
			this.settlement = new Settlement.Release(this.key);
		}
	}

	private boolean begin() {
		boolean again = attempt() > 1 && retry().maxElapsed() != null;
		long before = again ? firstStarted() : Long.MAX_VALUE;
		int note = this.instance.started(this.key);
		long now = engine().now();
		long millis = engine().millis();
		// Last of all: its process may have stood still while the run was made ready.
		if (!engine().environment.presence().holdsLease(this.instance)) {
			this.instance.settled(note);
			release();
			return false;
		}
		this.note = note;
		this.startedAt = now;
		this.startedMillis = millis;
		this.firstStartedMillis = Math.min(before, this.startedMillis);
		this.deadline = this.startedAt + nanosToDeadline();
		if (!STATE.compareAndSet(this, NEW, RUNNING)) {
			// Taken back in this moment: whoever did has settled it.
			this.instance.settled(note);
			return false;
		}
		engine().watch.within(nanosToDeadline());
		recordStart();
		if (events().isListening()) {
			events().publish(new MessageEvent.Started(id(), this.row.queue(), this.row.task(),
					Instant.ofEpochMilli(this.startedMillis), attempt()));
		}
		return true;
	}

	private EventSink events() {
		return engine().environment.events();
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

	/** Ends it, unless it was ended meanwhile: its time was over. */
	boolean end(Supplier<Verdict> how) {
		this.elapsed = Math.max(1, engine().now() - this.startedAt);
		if (this.state != RUNNING) {
			return false;
		}
		Verdict verdict = how.get();
		if (!STATE.compareAndSet(this, RUNNING, SETTLED)) {
			return false;
		}
		this.settlement = withFollowUps(verdict.settlement());
		this.outcome = verdict.outcome();
		return true;
	}

	/** Who enqueues from now on sees that it has ended. */
	private Settlement withFollowUps(Settlement settlement) {
		if (!this.enqueues || !(settlement instanceof Settlement.Complete complete)) {
			return settlement;
		}
		synchronized (this) {
			return (this.followUps != null) ? complete.with(this.followUps) : settlement;
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
	public void submit() {
		Settlement settlement = this.settlement;
		if (settlement != null) {
			this.settlement = null;
			submit(settlement);
		}
	}

	/** Whether its end is still to be handed to the store. */
	public boolean isToSubmit() {
		return this.settlement != null;
	}

	private void submit(Settlement settlement) {
		Records records = this.records;
		if (records != null) {
			records.flush();
		}
		if (events().isListening()) {
			this.toldOf = settlement;
		}
		try {
			engine().environment.store().settle(settlement, this);
		}
		catch (RuntimeException ex) {
			warnOfEnd(ex);
			letGo();
			ended(null, ex);
		}
		catch (Error ex) {
			this.settlement = settlement;
			this.holder.brokeOff(this, ex);
		}
	}

	private void warnOfEnd(RuntimeException ex) {
		logger.warn("The end of message {} of task '{}' was not stored: it will run again", id(), this.row.task(), ex);
	}

	private void letGo() {
		if (this.deaths > 0) {
			this.offHands = true;
		}
		this.holder.settled(this);
	}

	/** Gives it back uncounted if it has not started. */
	public boolean recall() {
		Settlement release = new Settlement.Release(this.key);
		if (!STATE.compareAndSet(this, NEW, SETTLED)) {
			return false;
		}
		recalled();
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
	public final void succeeded(SettleResult result) {
		try {
			forgetStart();
			RunOutcome outcome = this.outcome;
			if (outcome != null) {
				recordStored(result, outcome);
			}
			if (this.enqueues && outcome == RunOutcome.COMPLETED && result == SettleResult.APPLIED) {
				recordFollowUps();
			}
			if (this.toldOf != null && this.note >= 0) {
				tellEnd(result, this.toldOf);
			}
		}
		finally {
			told();
			ended(result, null);
		}
	}

	private void forgetStart() {
		if (this.note >= 0) {
			this.instance.settled(this.note);
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

	/** The store itself tells of the ends that need no run. */
	private void tellEnd(SettleResult result, Settlement settlement) {
		Instant now = Instant.ofEpochMilli(engine().millis());
		if (result == SettleResult.LOST) {
			tellLost(now);
		}
		else if (result == SettleResult.APPLIED && settlement instanceof Settlement.Complete) {
			events().publish(new MessageEvent.Completed(id(), this.row.queue(), this.row.task(), now, attempt(),
					Duration.ofNanos(this.elapsed)));
		}
		else if (result == SettleResult.APPLIED && settlement instanceof Settlement.Retry retry) {
			FailureRecord failure = retry.failure();
			tellRetried(now, Instant.ofEpochMilli(retry.runAt()),
					(failure != null) ? FailureCodec.toFailure(failure) : null);
		}
		else if (result == SettleResult.APPLIED && settlement instanceof Settlement.Release) {
			tellRetried(now, now, null);
		}
	}

	private void tellRetried(Instant now, Instant runAt, @Nullable Failure failure) {
		events()
			.publish(new MessageEvent.Retried(id(), this.row.queue(), this.row.task(), now, attempt(), runAt, failure));
	}

	private void tellLost(Instant now) {
		events().publish(new MessageEvent.Lost(id(), this.row.queue(), this.row.task(), now, attempt()));
	}

	void record(RunOutcome outcome, long nanos) {
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

	private synchronized void recordFollowUps() {
		if (engine().records && this.followUps != null) {
			try {
				this.followUps.forEach(this::recordEnqueued);
			}
			catch (Throwable ex) {
				engine().recorderFailed(ex);
			}
		}
	}

	private void recordEnqueued(Insertion row) {
		recorder().enqueued(row.queue(), row.task(), 1);
		row.composition().others().forEach(this::recordEnqueued);
	}

	private QueueRecorder recorder() {
		return engine().environment.recorder();
	}

	@Override
	public final void failed(QueueException failure) {
		told();
		warnOfEnd(failure);
		ended(null, failure);
	}

	// What others want of it

	/** Nanoseconds until its deadline; the greatest long when there is none to watch. */
	public long untilDeadline(long now) {
		return (this.state == RUNNING) ? this.deadline - now : Long.MAX_VALUE;
	}

	/** As above, whatever its state is. */
	long untilItsTime(long now) {
		return this.deadline - now;
	}

	/** It has run until now, although its end is stored. */
	void ran() {
		this.elapsed = Math.max(1, engine().now() - this.startedAt);
	}

	/** Fails it if its deadline is over. */
	public void timeOut(long now) {
		if (untilDeadline(now) > 0) {
			return;
		}
		long nanos = Math.max(1, now - this.startedAt);
		Verdict verdict = Verdict.ofFailedAttempt(this, timeoutFailure(nanos));
		if (!STATE.compareAndSet(this, RUNNING, SETTLED)) {
			return;
		}
		this.timedOut = true;
		this.elapsed = nanos;
		this.outcome = verdict.outcome();
		submit(verdict.settlement());
		stopWorking(now);
	}

	/** Asks to stop it: somebody cancelled the message. */
	void cancel(long now) {
		this.cancelRequested = true;
	}

	/** Somebody else has the message. */
	void lose() {
		this.lost = true;
	}

	/** Lets go of what somebody else has and nobody here will end. */
	void abandon() {
		if (STATE.compareAndSet(this, RUNNING, SETTLED)) {
			forgetStart();
			record(RunOutcome.LOST, Math.max(1, engine().now() - this.startedAt));
			if (events().isListening()) {
				tellLost(Instant.ofEpochMilli(engine().millis()));
			}
			letGo();
		}
	}

	/** Whether its result flows on to another message, whatever its task says. */
	boolean isResultWanted() {
		String attributes = this.row.attributes();
		return attributes != null && Boolean.TRUE.equals(AttributesCodec.decode(attributes).resultWanted());
	}

	/**
	 * When its first attempt began, or the first one after a retry by hand; known where
	 * that limits the retries.
	 */
	long firstStartedMillis() {
		return this.firstStartedMillis;
	}

	/**
	 * Read before it begins: at its end nobody may have to wait for a file.
	 * @return the greatest number when it cannot be read; then the limit counts from this
	 * attempt
	 */
	private long firstStarted() {
		long first = Long.MAX_VALUE;
		try {
			List<FailureRecord> failures = engine().environment.store().failures(this.row.id());
			int attempt = attempt();
			for (int i = failures.size() - 1; i >= 0 && failures.get(i).attempt() < attempt; i--) {
				attempt = failures.get(i).attempt();
				first = Math.min(first, failures.get(i).startedAt());
			}
		}
		catch (QueueException ex) {
			logger.warn("When message {} of task '{}' began first cannot be read: its retries are limited from now on",
					id(), this.row.task(), ex);
		}
		return first;
	}

	FailureRecord failure(String type, String message, String stack) {
		long now = engine().millis();
		return new FailureRecord((this.state == NEW) ? 0 : attempt(), type,
				Failures.cut(message, Failures.MOST_MESSAGE), stack, engine().environment.host(),
				(this.startedMillis != 0) ? this.startedMillis : now, now);
	}

	// What those who work on it want to know

	public synchronized Message message() {
		Message message = this.message;
		if (message == null) {
			message = new StoredMessageView(this.row, engine().environment.payloads(), maxAttempts());
			this.message = message;
		}
		return message;
	}

	public MessageId id() {
		return new MessageId(this.row.id());
	}

	public int attempt() {
		return this.row.attempt();
	}

	public int maxAttempts() {
		Integer own = this.row.maxAttempts();
		return (own != null) ? own : retry().maxAttempts();
	}

	public Instant deadline() {
		return Instant.ofEpochMilli(engine().millis()).plusNanos(this.deadline - engine().now());
	}

	public boolean isCancelled() {
		return this.cancelRequested || this.timedOut || this.lost;
	}

	public MessageId enqueue(NewMessage newMessage) {
		Objects.requireNonNull(newMessage, "'message' must not be null");
		refuseLost();
		Insertion row = engine().environment.followUps().prepare(newMessage, this.row);
		// Before the state is looked at: whoever ends it looks after it has changed that.
		this.enqueues = true;
		synchronized (this) {
			refuseLost();
			List<Insertion> all = (this.followUps != null) ? this.followUps : new ArrayList<>();
			refuseTooMany(all, row);
			all.add(row);
			this.followUps = all;
		}
		return new MessageId(row.id());
	}

	private void refuseTooMany(List<Insertion> before, Insertion row) {
		int rows = row.rows();
		long bytes = row.size();
		for (Insertion other : before) {
			rows += other.rows();
			bytes += other.size();
		}
		if (rows > MOST_FOLLOW_UPS || bytes > MOST_FOLLOW_UP_BYTES) {
			throw new IllegalStateException(
					"Message " + id() + " of task '" + this.row.task() + "' cannot enqueue more with its end: " + rows
							+ " messages of " + bytes + " bytes, " + MOST_FOLLOW_UPS + " and " + MOST_FOLLOW_UP_BYTES
							+ " are possible. Enqueue with QueueOperations.");
		}
	}

	public void extend(Duration duration) {
		if (duration.isNegative() || duration.isZero() || duration.compareTo(NewMessage.MAX_AHEAD) > 0) {
			throw new IllegalArgumentException("'duration' must be more than 0 and at most "
					+ NewMessage.MAX_AHEAD.toDays() + " days, was " + duration);
		}
		refuseLost();
		if (!engine().environment.store().extend(this.key, engine().millis() + duration.toMillis())) {
			lose();
		}
		long nanos = HostedTask.nanos(duration);
		this.deadline = engine().now() + nanos;
		refuseLost();
		engine().watch.within(nanos);
	}

	private synchronized Records records() {
		Records records = this.records;
		if (records == null) {
			records = new Records(this);
			this.records = records;
		}
		return records;
	}

	public void progress(double fraction, @Nullable String text) {
		records().reports().progress(fraction, text);
	}

	public void log(String text) {
		records().reports().log(text);
	}

	@SafeVarargs
	@SuppressWarnings("TypeParameterUnusedInFormals")
	public final <T extends @Nullable Object> T step(String name, Supplier<? extends T> work, T... type) {
		return step(name, type.getClass().getComponentType(), work);
	}

	public <T extends @Nullable Object> T step(String name, ParameterizedTypeReference<T> type,
			Supplier<? extends T> work) {
		return step(name, type.getType(), work);
	}

	/** Whether its end is stored when its handler is called. */
	boolean hasEndedFirst() {
		return false;
	}

	@SuppressWarnings({ "unchecked", "NullAway" }) // null only where T is nullable
	private <T extends @Nullable Object> T step(String name, Type type, Supplier<? extends T> work) {
		if (hasEndedFirst()) {
			throw new IllegalStateException("Task '" + this.row.task()
					+ "' is delivered at most once: its messages have ended before they run, and have no steps");
		}
		return (T) records().step(name, type, work);
	}

	void refuseLost() {
		if (this.lost || this.timedOut || this.state != RUNNING) {
			throw lostException();
		}
	}

	LeaseLostException lostException() {
		return new LeaseLostException("Message " + id() + " of task '" + this.row.task() + "' is no longer ours (epoch "
				+ this.key.epoch() + ", run " + this.key.run() + "): stop working on it", id());
	}

	public FencingToken fencingToken() {
		return new FencingToken(this.key.run(), this.key.epoch());
	}

	@Override
	public String toString() {
		return id() + " (" + this.row.task() + ")";
	}

}
