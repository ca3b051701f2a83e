package io.github.queuesqlite;

import java.time.Instant;
import java.util.List;

import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.Progress;
import org.jspecify.annotations.Nullable;

/**
 * Why a message is not running, what it is doing, or how it ended: as of one moment, in
 * words and as fields. All texts are one line, whatever names and keys hold.
 *
 * @param id the message
 * @param state its state; null when it is not there, or its shard cannot be read
 * @param at when this was so
 * @param summary all of it in a sentence
 * @param reasons what keeps it from running, the decisive one first: what does not pass
 * by itself goes before what does. Empty when it runs or has ended
 * @param estimatedStart when it may start, from how quickly messages of its queue ended
 * in the last minutes; null when that is not known
 * @param run who runs it; null when nobody does
 * @param ending how it ended; null when it has not
 * @since 0.1.0
 */
public record Explanation(MessageId id, @Nullable MessageState state, Instant at, String summary, List<Reason> reasons,
		@Nullable Instant estimatedStart, @Nullable RunInfo run, @Nullable EndInfo ending) {

	public Explanation {
		reasons = List.copyOf(reasons);
	}

	/** What may keep a message from running. */
	public enum ReasonKind {

		/** There is no such message: it is unknown, not stored yet or already removed. */
		NOT_FOUND,

		/** The file that would have it is out of use, until a person has seen to it. */
		SHARD_QUARANTINED,

		/** It waits for other messages: of a chain, or of its group. */
		WAITS_FOR_MESSAGES,

		/** Its time has not come. */
		NOT_DUE,

		/** An attempt has failed, and the time of the next one has not come. */
		RETRY_NOT_DUE,

		/** Its time to live is over: it becomes EXPIRED. */
		TIME_TO_LIVE_OVER,

		/** All queues are paused together. */
		ALL_PAUSED,

		/** Its queue is paused. */
		QUEUE_PAUSED,

		/** Its task is paused. */
		TASK_PAUSED,

		/** Its ordering or concurrency key is paused. */
		KEY_PAUSED,

		/** No live process has workers for its task in its queue. */
		NOT_HOSTED,

		/** Nobody but those who receive from its queue takes it. */
		NOT_RECEIVED,

		/** Another message with its ordering key is before it. */
		ORDERING_KEY,

		/**
		 * As many messages with its concurrency key run, or are next, as are let through.
		 */
		CONCURRENCY_KEY,

		/** The rate of its concurrency key has no room. */
		KEY_RATE,

		/** Its process died when it ran last: it runs by itself. */
		SUSPECT,

		/** All permits of its task or lock are in use. */
		LIMIT,

		/** The rate of its task or queue has no room. */
		RATE,

		/** All workers of its queue, or of the pool of its queue, are busy. */
		WORKERS_BUSY,

		/** Other messages of its queue go before it. */
		BEHIND_OTHERS,

		/** Nothing keeps it: it is claimed with the next look of a worker. */
		ABOUT_TO_START

	}

	/**
	 * Something that keeps a message from running.
	 *
	 * @param kind what
	 * @param text in words
	 * @param name of what: the queue, the task, the key, the limit; null for other kinds
	 * @param heldBy the message that it waits for, the first of several; null for none
	 * @param until when it ends by itself; null when nobody can tell, or somebody has to
	 * end it
	 * @param count how many there are: permits in use, workers, messages before it; null
	 * for other kinds
	 * @param most how many there may be; null where there is no such bound
	 */
	public record Reason(ReasonKind kind, String text, @Nullable String name, @Nullable MessageId heldBy,
			@Nullable Instant until, @Nullable Integer count, @Nullable Integer most) {

	}

	/**
	 * A run.
	 *
	 * @param process host and process id; null when nobody remembers it
	 * @param epoch the number of its start
	 * @param self whether it is the one that is asked
	 * @param alive whether it was not declared dead: else the message is taken back at
	 * once
	 * @param since when it was claimed
	 * @param begun whether its handler has begun; null when only the process knows that
	 * runs it
	 * @param attempt which attempt, from 1
	 * @param maxAttempts how many it may have; null when neither its sender nor the
	 * process that is asked says so
	 * @param deadline when its time is over; null when only the process knows that runs
	 * it
	 * @param cancelRequested whether it was asked to stop
	 * @param progress what its handler said; null for nothing
	 */
	public record RunInfo(@Nullable String process, long epoch, boolean self, boolean alive, Instant since,
			@Nullable Boolean begun, int attempt, @Nullable Integer maxAttempts, @Nullable Instant deadline,
			boolean cancelRequested, @Nullable Progress progress) {

	}

	/**
	 * An end.
	 *
	 * @param at when; null when the file does not say
	 * @param attempts how many have begun
	 * @param failure why the latest failed attempt failed; null when none did
	 * @param stoppedBy the message whose end has cancelled it; null for none
	 * @param followedBy the messages that wait or waited for it, at most 10
	 */
	public record EndInfo(@Nullable Instant at, int attempts, @Nullable Failure failure, @Nullable MessageId stoppedBy,
			List<Follower> followedBy) {

		public EndInfo {
			followedBy = List.copyOf(followedBy);
		}

	}

	/**
	 * A message that waits or waited for another one.
	 *
	 * @param id the message
	 * @param task its task
	 * @param state its state
	 */
	public record Follower(MessageId id, String task, MessageState state) {

	}

	/**
	 * Returns whether something of a kind keeps it.
	 * @param kind the kind
	 * @return true when it is among the reasons
	 */
	public boolean is(ReasonKind kind) {
		return this.reasons.stream().anyMatch((reason) -> reason.kind() == kind);
	}

	/**
	 * Returns the summary, and each reason on a line.
	 * @return one line or more
	 */
	@Override
	public String toString() {
		StringBuilder text = new StringBuilder(this.summary);
		if (this.reasons.size() > 1) {
			this.reasons.forEach((reason) -> text.append("\n- ").append(reason.text()));
		}
		return text.toString();
	}

}
