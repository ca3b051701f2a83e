package io.github.queuesqlite.worker;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

import io.github.queuesqlite.event.RunOutcome;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.NewMessage;
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

/**
 * One run of one message by a handler: also the handler's context.
 */
final class Run extends Claim implements TaskContext, Call {

	private static final Logger logger = LoggerFactory.getLogger(Run.class);

	private final Lane lane;

	private final HostedTask task;

	private final CallState state;

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
		this.state = new CallState(lane);
	}

	@Override
	public Claim first() {
		return this;
	}

	@Override
	public int size() {
		return 1;
	}

	@Override
	public void forEach(Consumer<Claim> action) {
		action.accept(this);
	}

	@Override
	public HostedTask task() {
		return this.task;
	}

	@Override
	public CallState state() {
		return this.state;
	}

	@Override
	public void putLogContext() {
		LogContext.put(row().queue(), row().task(), id(), row().attempt());
	}

	@Override
	boolean isStopping() {
		return this.state.isStopping();
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
		return this.lane.isOver(this, this);
	}

	@Override
	String handlerThread() {
		return this.state.threadName();
	}

	@Override
	void recalled() {
		givePermitBack();
	}

	// Starting and ending

	@Override
	public void run() {
		this.lane.runHanded(this);
	}

	@Override
	public boolean execute() {
		if (!start()) {
			return true;
		}
		CompletionStage<?> stage;
		try {
			this.state.enter(this);
			stage = call();
		}
		finally {
			this.state.leave(this);
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
	public long untilDeadline(long now) {
		if (!this.applied) {
			return super.untilDeadline(now);
		}
		return this.late ? Long.MAX_VALUE : untilItsTime(now);
	}

	@Override
	public void timeOut(long now) {
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
			end(() -> Verdict.ofUnreadable(this, ex));
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

	@SuppressWarnings("NullAway") // null goes to handlers whose message has no payload
	private @Nullable Object invoke(@Nullable Object payload) throws Exception {
		this.state.begin();
		engine().limits.begun(this);
		if (engine().interceptors.isEmpty()) {
			return this.task.handler().handle(payload, this);
		}
		return new Invocation(this.task, payload, List.of(this), engine().interceptors, 0).proceed();
	}

	private boolean isAwaited(CompletionStage<?> stage) {
		try {
			this.state.await(stage, isCancelled(), this::completed);
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
		if (!end(() -> Verdict.ofResult(this, this.task.definition().storeResult(), result))) {
			logger.warn("The result of message {} of task '{}' came after its deadline and does not count", id(),
					row().task());
			record(RunOutcome.LOST, elapsed());
		}
	}

	// What others want of it

	@Override
	FailureRecord timeoutFailure(long nanos) {
		return failure("Timeout", "The handler was still running after " + Duration.ofNanos(nanos).toMillis() + " ms",
				this.state.stack());
	}

	@Override
	void stopWorking(long now) {
		this.state.overdueFrom(now);
		this.state.interrupt();
	}

	/** Asks its handler to stop: somebody cancelled the message. */
	@Override
	void cancel(long now) {
		super.cancel(now);
		this.state.overdueFrom(now);
		if (isRunning()) {
			this.state.interrupt();
		}
	}

	// The handler's context

	@Override
	boolean hasEndedFirst() {
		return this.task.definition().delivery() == Delivery.AT_MOST_ONCE;
	}

	@Override
	public MessageId enqueue(NewMessage message) {
		if (hasEndedFirst()) {
			throw new IllegalStateException("Message " + id() + " of task '" + row().task()
					+ "' cannot enqueue with its end, which was stored before its handler was called: its delivery is"
					+ " at most once. Enqueue with QueueOperations.");
		}
		return super.enqueue(message);
	}

	@Override
	public Map<String, String> headers() {
		return message().headers();
	}

	@Override
	public Map<String, String> attributes() {
		return this.task.definition().attributes();
	}

	@Override
	public boolean isCancelled() {
		return super.isCancelled() || isStopping() || this.late;
	}

}
