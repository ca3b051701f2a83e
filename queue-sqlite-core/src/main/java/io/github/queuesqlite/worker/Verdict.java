package io.github.queuesqlite.worker;

import java.time.Duration;

import io.github.queuesqlite.event.RunOutcome;
import io.github.queuesqlite.message.Names;
import io.github.queuesqlite.message.PayloadException;
import io.github.queuesqlite.payload.Payloads;
import io.github.queuesqlite.store.FailureRecord;
import io.github.queuesqlite.store.Settlement;
import io.github.queuesqlite.task.PermanentTaskException;
import io.github.queuesqlite.task.RetryTaskException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of a run.
 *
 * @param settlement for the store
 * @param outcome for the meters; null when they are told later
 */
record Verdict(Settlement settlement, @Nullable RunOutcome outcome) {

	private static final Logger logger = LoggerFactory.getLogger(Verdict.class);

	/** The handler returned. */
	static Verdict ofResult(Claim run, boolean stored, @Nullable Object result) {
		if (!stored && !run.isResultWanted()) {
			return new Verdict(new Settlement.Complete(run.key(), null, null), RunOutcome.COMPLETED);
		}
		try {
			Payloads.Encoded encoded = run.engine().environment.payloads().encode("result", result);
			return new Verdict(new Settlement.Complete(run.key(), encoded.codec(), encoded.bytes()),
					RunOutcome.COMPLETED);
		}
		catch (PayloadException ex) {
			return ofUnusable(run, "", ex);
		}
		catch (Throwable ex) {
			return ofUnusable(run, "The result cannot be written: ", ex);
		}
	}

	/** The handler cannot be given its payload. */
	static Verdict ofUnreadable(Claim run, Throwable ex) {
		return ofUnusable(run, "The payload cannot be read: ", ex);
	}

	/** What will not be better the next time, unless it was only memory that lacked. */
	static Verdict ofUnusable(Claim run, String what, Throwable ex) {
		if (ex instanceof OutOfMemoryError) {
			return ofFailure(run, ex);
		}
		return dead(run, run.failure(ex.getClass().getName(), what + Failures.message(ex), Failures.stack(ex)));
	}

	/** The handler threw. */
	static Verdict ofFailure(Claim run, Throwable thrown) {
		Throwable failure = Failures.unwrap(thrown);
		if (run.isCancelRequested()) {
			return new Verdict(new Settlement.Cancel(run.key()), RunOutcome.CANCELLED);
		}
		if (run.isStopping()) {
			return new Verdict(new Settlement.Release(run.key(), true), RunOutcome.RELEASED);
		}
		FailureRecord failed = run.failure(failure.getClass().getName(), Failures.message(failure),
				Failures.stack(failure));
		if (failure instanceof RetryTaskException retry) {
			return ofRetry(run, retry, failed);
		}
		if (failure instanceof PermanentTaskException || !isRetryable(run, failure)) {
			return dead(run, failed);
		}
		return ofFailedAttempt(run, failed);
	}

	private static Verdict ofRetry(Claim run, RetryTaskException retry, FailureRecord failed) {
		long runAt = run.engine().millis() + retry.delay().toMillis();
		if (!retry.countsAttempt()) {
			return new Verdict(new Settlement.Retry(run.key(), runAt, false, null), RunOutcome.SNOOZED);
		}
		return retried(run, runAt, failed);
	}

	/** An attempt is spent: another one later, or none is left. */
	static Verdict ofFailedAttempt(Claim run, FailureRecord failed) {
		Duration wait = run.retry().waitBefore(run.attempt(), run.engine().environment.random());
		return retried(run, run.engine().millis() + wait.toMillis(), failed);
	}

	private static Verdict retried(Claim run, long runAt, FailureRecord failed) {
		if (run.attempt() >= run.maxAttempts()) {
			return dead(run, failed);
		}
		Duration maxElapsed = run.retry().maxElapsed();
		if (maxElapsed != null && runAt - run.firstStartedMillis() > maxElapsed.toMillis()) {
			logger.warn("Message {} of task '{}' is not retried: that would be later than {} after its first attempt",
					run.id(), run.row().task(), maxElapsed);
			return dead(run, failed);
		}
		if (logger.isDebugEnabled()) {
			logger.debug("Message {} of task '{}' failed attempt {} of {} and is tried again in {} ms: {}: {}",
					run.id(), run.row().task(), run.attempt(), run.maxAttempts(), runAt - run.engine().millis(),
					failed.type(), Names.oneLine(failed.message()));
		}
		return new Verdict(new Settlement.Retry(run.key(), runAt, true, failed), RunOutcome.RETRY);
	}

	/** No further attempt. */
	static Verdict dead(Claim run, FailureRecord failed) {
		logger.warn("Message {} of task '{}' is DEAD after attempt {} of {}: {}: {}", run.id(), run.row().task(),
				run.attempt(), run.maxAttempts(), failed.type(), Names.oneLine(failed.message()));
		return new Verdict(new Settlement.Dead(run.key(), failed), RunOutcome.DEAD);
	}

	/** There was no attempt left to begin. */
	static Verdict exhausted(Claim run, FailureRecord failed) {
		logger.warn("Message {} of task '{}' is DEAD: {}: {}", run.id(), run.row().task(), failed.type(),
				failed.message());
		return new Verdict(new Settlement.Dead(run.key(), failed, false), RunOutcome.DEAD);
	}

	private static boolean isRetryable(Claim run, Throwable failure) {
		try {
			return run.isRetryable(failure);
		}
		catch (Throwable ex) {
			logger.warn("Task '{}' cannot tell whether {} is retried, so it is", run.row().task(),
					failure.getClass().getName(), ex);
			return true;
		}
	}

}
