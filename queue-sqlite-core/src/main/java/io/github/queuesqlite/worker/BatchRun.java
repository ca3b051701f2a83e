package io.github.queuesqlite.worker;

import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

import io.github.queuesqlite.event.RunOutcome;
import io.github.queuesqlite.store.FailureRecord;
import io.github.queuesqlite.store.StoreInstance;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of one message that shares the call of its handler with others: also its
 * context for the handler.
 */
final class BatchRun extends Claim implements TaskContext {

	private static final Logger logger = LoggerFactory.getLogger(BatchRun.class);

	private final Batch batch;

	BatchRun(Batch batch, StoredMessage row, StoreInstance instance, int deaths, long claimedAt) {
		super(batch.lane(), row, instance, deaths, claimedAt);
		this.batch = batch;
	}

	/**
	 * Reads its payload.
	 * @return false when it cannot be read: it has ended then
	 */
	boolean isRead(Consumer<@Nullable Object> into) {
		try {
			into.accept(engine().environment.payloads()
				.decode(row().codec(), row().payload(), this.batch.task().payloadType()));
			return true;
		}
		catch (Throwable ex) {
			end(() -> Verdict.ofUnreadable(this, ex));
			return false;
		}
	}

	void returned(@Nullable Object result) {
		if (!end(() -> Verdict.ofResult(this, this.batch.task().definition().storeResult(), result))) {
			logger.warn("The result of message {} of task '{}' came after its deadline and does not count", id(),
					row().task());
			record(RunOutcome.LOST, elapsed());
		}
	}

	void failed(Throwable failure) {
		end(() -> Verdict.ofFailure(this, failure));
	}

	/** The handler returned what cannot be its result. */
	void unusable(Throwable failure) {
		end(() -> Verdict.ofUnusable(this, "", failure));
	}

	/** Whether its handler need go on for its sake. */
	boolean isWanted() {
		return (isNew() || isRunning()) && !isCancelRequested() && !isLost();
	}

	@Override
	RetryPolicy retry() {
		return this.batch.task().retry();
	}

	@Override
	boolean isRetryable(Throwable failure) {
		return this.batch.task().definition().retryable().test(failure);
	}

	@Override
	long nanosToDeadline() {
		return this.batch.task().timeoutNanos();
	}

	@Override
	FailureRecord timeoutFailure(long nanos) {
		return failure("Timeout", "The handler was still running after " + Duration.ofNanos(nanos).toMillis() + " ms",
				this.batch.state().stack());
	}

	@Override
	boolean isOver() {
		return this.batch.lane().isOver(this.batch, this);
	}

	@Override
	String handlerThread() {
		return this.batch.state().threadName();
	}

	@Override
	boolean isStopping() {
		return this.batch.state().isStopping();
	}

	@Override
	void stopWorking(long now) {
		this.batch.stopUnlessWanted(now);
	}

	/** Others of the batch are not disturbed. */
	@Override
	void cancel(long now) {
		super.cancel(now);
		this.batch.stopUnlessWanted(now);
	}

	@Override
	public Map<String, String> headers() {
		return message().headers();
	}

	@Override
	public Map<String, String> attributes() {
		return this.batch.task().definition().attributes();
	}

	@Override
	public boolean isCancelled() {
		return super.isCancelled() || isStopping();
	}

}
