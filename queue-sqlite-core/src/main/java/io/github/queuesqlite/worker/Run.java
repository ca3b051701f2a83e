package io.github.queuesqlite.worker;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;

import io.github.queuesqlite.event.RunOutcome;
import io.github.queuesqlite.payload.Payloads;
import io.github.queuesqlite.message.PayloadException;
import io.github.queuesqlite.store.FailureRecord;
import io.github.queuesqlite.store.SettleResult;
import io.github.queuesqlite.store.Settlement;
import io.github.queuesqlite.store.StoreInstance;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.task.Delivery;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * One run of one message by a handler: also the handler's context.
 */
final class Run extends Claim implements TaskContext, Runnable {

	private static final Logger logger = LoggerFactory.getLogger(Run.class);

	/** Place among the lane's permits, -1 without. Guarded by the lane's lock. */
	int place = -1;

	/** When it was given to an executor of the user; 0 when not. */
	volatile long handedAt;

	private final Lane lane;

	private final HostedTask task;

	private volatile boolean stopping;

	/** When it should have stopped; 0 while it may go on. */
	private volatile long overdueSince;

	/** The handler's thread while it is in the handler. Guarded by this. */
	private @Nullable Thread thread;

	/** Whether that thread got our interrupt. Guarded by this. */
	private boolean interrupted;

	private volatile @Nullable CompletionStage<?> stage;

	/** Whether it has a permit of each limit of its task. Guarded by this. */
	private boolean permitted;

	/** Of a delivery at most once: open until its end is committed; null of others. */
	private volatile @Nullable CountDownLatch committed;

	/** Whether that end is stored: only then may the handler be called. */
	private volatile boolean applied;

	/** Whether its handler has had its time, although its end is stored. */
	private volatile boolean late;

	Run(Lane lane, StoredMessage row, HostedTask task, StoreInstance instance, int deaths, long claimedAt) {
		super(lane, row, instance, deaths, claimedAt);
		this.lane = lane;
		this.task = task;
	}

	HostedTask task() {
		return this.task;
	}

	int bytes() {
		byte[] payload = row().payload();
		return (payload != null) ? payload.length : 0;
	}

	/** A suspect waits for no others: there is never more than one. */
	boolean isBefore(Run other) {
		if ((deaths() | other.deaths()) != 0) {
			return deaths() > other.deaths();
		}
		return (row().priority() != other.row().priority()) ? row().priority() > other.row().priority()
				: row().seq() < other.row().seq();
	}

	@Override
	boolean isStopping() {
		return this.stopping;
	}

	@Override
	RetryPolicy retry() {
		return this.task.retry();
	}

	@Override
	boolean isRetryable(Throwable failure) {
		return this.task.definition().retryable().test(failure);
	}

	@Override
	long nanosToDeadline() {
		return this.task.timeoutNanos();
	}

	@Override
	boolean isOver() {
		return this.lane.isOver(this);
	}

	@Override
	void recalled() {
		givePermitBack();
	}

	/** It was claimed with a permit of each limit of its task. */
	void takePermit() {
		synchronized (this) {
			this.permitted = true;
		}
	}

	/** Its handler has returned, or never will be called. */
	void givePermitBack() {
		synchronized (this) {
			if (!this.permitted) {
				return;
			}
			this.permitted = false;
		}
		engine().limits.giveBack(row().task(), 1);
	}

	// Starting and ending

	/** Runs on a thread of the user's executor. */
	@Override
	public void run() {
		boolean over = true;
		boolean before = HandlerThread.isCurrent();
		HandlerThread.enter();
		try {
			over = execute();
			this.lane.worked();
		}
		catch (Throwable ex) {
			this.lane.brokeOff(this, ex);
		}
		finally {
			HandlerThread.leave(before);
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
		if (!start()) {
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

	/** Has the end committed, so that it can never run again. */
	private boolean isCompletedFirst() {
		this.committed = new CountDownLatch(1);
		if (!end(() -> new Verdict(new Settlement.Complete(key(), null, null, true), null))) {
			return false;
		}
		submit();
		boolean interrupted = false;
		while (true) {
			try {
				this.committed.await();
				break;
			}
			catch (InterruptedException ex) {
				// Whether it is stored must be known; the handler gets the flag.
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
		// Who looked while the commit was under way saw no deadline.
		engine().watch.within(Math.max(0, untilItsTime(engine().now())));
		return this.applied;
	}

	@Override
	void ended(@Nullable SettleResult result, @Nullable RuntimeException failure) {
		CountDownLatch committed = this.committed;
		if (committed != null) {
			this.applied = result == SettleResult.APPLIED;
			committed.countDown();
		}
	}

	private void handledOnce(@Nullable Throwable failure) {
		RunOutcome outcome = RunOutcome.COMPLETED;
		if (failure != null) {
			outcome = RunOutcome.DEAD;
			logger.warn("The handler of message {} of task '{}' failed. It does not run again: its delivery is at most"
					+ " once", id(), row().task(), failure);
		}
		ran();
		record(outcome, elapsed());
	}

	@Override
	long untilDeadline(long now) {
		if (!this.applied) {
			return super.untilDeadline(now);
		}
		return this.late ? Long.MAX_VALUE : untilItsTime(now);
	}

	@Override
	void timeOut(long now) {
		if (!this.applied) {
			super.timeOut(now);
		}
		else if (untilDeadline(now) <= 0) {
			this.late = true;
			stopWorking(now);
		}
	}

	/**
	 * Reads the payload, calls the handler and writes its result. All of it is user code
	 * that may last, fail or end the process, so all of it is part of the run.
	 * @return the stage to wait for; null when it has ended
	 */
	private @Nullable CompletionStage<?> call() {
		Object payload;
		try {
			payload = engine().environment.payloads().decode(row().codec(), row().payload(), this.task.payloadType());
		}
		catch (Throwable ex) {
			end(() -> unusable("The payload cannot be read: ", ex));
			return null;
		}
		if (this.task.definition().delivery() == Delivery.AT_MOST_ONCE) {
			return callOnce(payload);
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

	private @Nullable CompletionStage<?> callOnce(@Nullable Object payload) {
		if (!isCompletedFirst()) {
			return null;
		}
		try {
			if (invoke(payload) instanceof CompletionStage<?> stage) {
				return stage;
			}
		}
		catch (Throwable ex) {
			handledOnce(ex);
			return null;
		}
		handledOnce(null);
		return null;
	}

	/** What will not be better the next time, unless it was only memory that lacked. */
	private Verdict unusable(String what, Throwable ex) {
		if (ex instanceof OutOfMemoryError) {
			return Verdict.ofFailure(this, ex);
		}
		return Verdict.dead(this, failure(ex.getClass().getName(), what + Failures.message(ex), Failures.stack(ex)));
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
			MDC.put("queue.task", row().task());
			MDC.put("queue.attempt", Integer.toString(row().attempt()));
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
			if (this.committed != null) {
				handledOnce(failure);
			}
			else if (failure != null) {
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
					row().task());
			record(RunOutcome.LOST, elapsed());
		}
	}

	private Verdict complete(@Nullable Object result) {
		if (!this.task.definition().storeResult()) {
			return new Verdict(new Settlement.Complete(key(), null, null), RunOutcome.COMPLETED);
		}
		try {
			Payloads.Encoded encoded = engine().environment.payloads().encode("result", result);
			return new Verdict(new Settlement.Complete(key(), encoded.codec(), encoded.bytes()), RunOutcome.COMPLETED);
		}
		catch (PayloadException ex) {
			return unusable("", ex);
		}
		catch (Throwable ex) {
			return unusable("The result cannot be written: ", ex);
		}
	}

	// What others want of it

	@Override
	FailureRecord timeoutFailure(long nanos) {
		return failure("Timeout", "The handler was still running after " + Duration.ofNanos(nanos).toMillis() + " ms",
				stackOfHandler());
	}

	@Override
	void stopWorking(long now) {
		this.overdueSince = now;
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
	@Override
	void cancel(long now) {
		super.cancel(now);
		if (this.overdueSince == 0) {
			this.overdueSince = now;
		}
		if (isRunning()) {
			engine().interrupts().execute(this::interrupt);
		}
	}

	/** Asks its handler to stop: the application does. */
	void stop() {
		this.stopping = true;
		engine().interrupts().execute(this::interrupt);
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
		if (since == 0 || isNew()) {
			return null;
		}
		return new OverdueRun(row().id(), row().queue(), row().task(), Duration.ofNanos(now - since), threadName());
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

	// The handler's context

	@Override
	public Map<String, String> headers() {
		return message().headers();
	}

	@Override
	public boolean isCancelled() {
		return super.isCancelled() || this.stopping || this.late;
	}

}
