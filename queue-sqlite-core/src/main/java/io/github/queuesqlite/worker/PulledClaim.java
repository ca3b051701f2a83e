package io.github.queuesqlite.worker;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import io.github.queuesqlite.event.RunOutcome;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.store.Completion;
import io.github.queuesqlite.store.FailureRecord;
import io.github.queuesqlite.store.SettleResult;
import io.github.queuesqlite.store.Settlement;
import io.github.queuesqlite.store.StoreInstance;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.task.RetryPolicy;
import org.jspecify.annotations.Nullable;

/**
 * A message in the hands of somebody who pulled it. Whoever ends it is told once its end
 * is committed.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
public final class PulledClaim extends Claim {

	/** Type of the failure of a message that its receiver failed with words only. */
	static final String FAILED = "Failed";

	/** Null for a task that this process does not host. */
	private final @Nullable HostedTask task;

	/** Of who ends it: set before it is ended. */
	private final AtomicReference<@Nullable Completion<SettleResult>> waiter = new AtomicReference<>();

	PulledClaim(Receiver receiver, StoredMessage row, StoreInstance instance, int deaths, long claimedAt) {
		super(receiver, row, instance, deaths, claimedAt);
		this.task = receiver.engine().tasks.find(row.task());
	}

	@Override
	RetryPolicy retry() {
		return (this.task != null) ? this.task.retry() : engine().settings.retry();
	}

	@Override
	boolean isRetryable(Throwable failure) {
		return this.task == null || this.task.definition().retryable().test(failure);
	}

	@Override
	long nanosToDeadline() {
		return HostedTask.nanos(engine().environment.presence().leaseDuration());
	}

	@Override
	FailureRecord timeoutFailure(long nanos) {
		return failure("Timeout", "Nobody had said after " + Duration.ofNanos(nanos).toMillis()
				+ " ms how it ended: who receives a message ends it, or extends its deadline", "");
	}

	@Override
	boolean isOver() {
		return isOffHands();
	}

	@Override
	void lose() {
		super.lose();
		// There is no handler whose end would be told to the store.
		abandon();
	}

	/**
	 * Completes it.
	 * @param codec who wrote the result; null for none
	 * @param result null for none
	 * @param told after the commit
	 * @throws io.github.queuesqlite.message.LeaseLostException if it is no longer ours
	 */
	public void complete(@Nullable String codec, byte @Nullable [] result, Completion<SettleResult> told) {
		endWith(() -> new Verdict(new Settlement.Complete(key(), codec, result), RunOutcome.COMPLETED), told);
	}

	/**
	 * Gives it back uncounted, behind what waits.
	 * @param delay not before
	 * @param told after the commit
	 * @throws io.github.queuesqlite.message.LeaseLostException if it is no longer ours
	 */
	public void release(Duration delay, Completion<SettleResult> told) {
		endWith(() -> new Verdict(
				new Settlement.Retry(key(), engine().millis() + delay.plusNanos(999_999).toMillis(), false, null),
				RunOutcome.SNOOZED), told);
	}

	/**
	 * Fails it: an attempt is spent.
	 * @param reason for people
	 * @param told after the commit
	 * @throws io.github.queuesqlite.message.LeaseLostException if it is no longer ours
	 */
	public void fail(String reason, Completion<SettleResult> told) {
		endWith(() -> isCancelRequested() ? new Verdict(new Settlement.Cancel(key()), RunOutcome.CANCELLED)
				: Verdict.ofFailedAttempt(this, failure(FAILED, reason, "")), told);
	}

	/**
	 * Fails it as a handler that throws does.
	 * @param failure what went wrong
	 * @param told after the commit
	 * @throws io.github.queuesqlite.message.LeaseLostException if it is no longer ours
	 */
	public void fail(Throwable failure, Completion<SettleResult> told) {
		endWith(() -> Verdict.ofFailure(this, failure), told);
	}

	private void endWith(Supplier<Verdict> how, Completion<SettleResult> told) {
		refuseLost();
		if (!this.waiter.compareAndSet(null, told)) {
			throw endedException();
		}
		boolean ended = false;
		try {
			ended = end(how);
		}
		finally {
			if (!ended) {
				this.waiter.set(null);
			}
		}
		if (!ended) {
			throw lostException();
		}
		submit();
	}

	@Override
	void refuseLost() {
		if (this.waiter.get() != null) {
			throw endedException();
		}
		super.refuseLost();
	}

	private IllegalStateException endedException() {
		return new IllegalStateException("Message " + id() + " of task '" + row().task()
				+ "' was completed, released or failed before: each is received once and ended once");
	}

	@Override
	void ended(@Nullable SettleResult result, @Nullable RuntimeException failure) {
		Completion<SettleResult> waiter = this.waiter.get();
		if (waiter == null) {
			return;
		}
		if (result == null) {
			waiter.failed((failure instanceof QueueException known) ? known
					: new QueueException("The end of message " + id() + " was not stored", id(), failure));
		}
		else if (result == SettleResult.LOST) {
			waiter.failed(lostException());
		}
		else {
			waiter.succeeded(result);
		}
	}

}
