package io.github.queuesqlite.event;

import java.time.Duration;
import java.time.Instant;

import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.MessageId;
import org.jspecify.annotations.Nullable;

/**
 * Something that has happened to a message. Each process tells of what it commits itself,
 * once it is committed: what another process does to the message is told there.
 * <p>
 * <b>Not promised:</b> that an event arrives. A process that ends loses those that it has
 * not told yet, a listener that is too slow loses the newest. None is ever told of what
 * was not committed.
 * <p>
 * <b>Order:</b> those of one message come one after the other as they happened; those of
 * different messages in any order.
 *
 * @since 0.1.0
 */
public sealed interface MessageEvent {

	/**
	 * Returns the message.
	 * @return its id; it may have gone on, or been deleted, meanwhile
	 */
	MessageId id();

	/**
	 * Returns its queue.
	 * @return the name
	 */
	String queue();

	/**
	 * Returns its task.
	 * @return the name
	 */
	String task();

	/**
	 * Returns when it happened.
	 * @return wall clock, a moment after the commit; in milliseconds
	 */
	Instant at();

	/**
	 * It was stored. Not told of one whose key was taken.
	 *
	 * @param id the message
	 * @param queue its queue
	 * @param task its task
	 * @param at when it happened
	 * @param runAt the time before which it does not start
	 */
	record Enqueued(MessageId id, String queue, String task, Instant at, Instant runAt) implements MessageEvent {

	}

	/**
	 * Its handler is about to be called, or it was received.
	 *
	 * @param id the message
	 * @param queue its queue
	 * @param task its task
	 * @param at when it happened
	 * @param attempt 1 for the first one
	 */
	record Started(MessageId id, String queue, String task, Instant at, int attempt) implements MessageEvent {

	}

	/**
	 * It is COMPLETED.
	 *
	 * @param id the message
	 * @param queue its queue
	 * @param task its task
	 * @param at when it happened
	 * @param attempt which one completed it
	 * @param duration from its start
	 */
	record Completed(MessageId id, String queue, String task, Instant at, int attempt,
			Duration duration) implements MessageEvent {

	}

	/**
	 * It had started and waits again: its attempt failed and another one is left, it
	 * asked to run later, its receiver released it, the application stops, or the process
	 * that ran it died.
	 *
	 * @param id the message
	 * @param queue its queue
	 * @param task its task
	 * @param at when it happened
	 * @param attempt which one it was
	 * @param runAt the time before which it does not start again
	 * @param failure why its attempt failed; null when it is not counted
	 */
	record Retried(MessageId id, String queue, String task, Instant at, int attempt, Instant runAt,
			@Nullable Failure failure) implements MessageEvent {

	}

	/**
	 * It is DEAD.
	 *
	 * @param id the message
	 * @param queue its queue
	 * @param task its task
	 * @param at when it happened
	 * @param failure why; its attempt is 0 when it had not started
	 */
	record Dead(MessageId id, String queue, String task, Instant at, Failure failure) implements MessageEvent {

	}

	/**
	 * It is EXPIRED.
	 *
	 * @param id the message
	 * @param queue its queue
	 * @param task its task
	 * @param at when it happened
	 * @param failure why, when its task was not hosted for too long; null when its time
	 * to live was over
	 */
	record Expired(MessageId id, String queue, String task, Instant at,
			@Nullable Failure failure) implements MessageEvent {

	}

	/**
	 * It is CANCELLED.
	 *
	 * @param id the message
	 * @param queue its queue
	 * @param task its task
	 * @param at when it happened
	 */
	record Cancelled(MessageId id, String queue, String task, Instant at) implements MessageEvent {

	}

	/**
	 * It is CANCELLED: its queue was full, and a newer message needed the room.
	 *
	 * @param id the message
	 * @param queue its queue
	 * @param task its task
	 * @param at when it happened
	 * @param reason says so; its attempt is 0
	 */
	record Dropped(MessageId id, String queue, String task, Instant at, Failure reason) implements MessageEvent {

	}

	/**
	 * Who ran it here had lost it when it ended: this process had been taken for dead.
	 * What the run reported does not count; another process tells what becomes of the
	 * message.
	 *
	 * @param id the message
	 * @param queue its queue
	 * @param task its task
	 * @param at when it happened
	 * @param attempt which one was lost
	 */
	record Lost(MessageId id, String queue, String task, Instant at, int attempt) implements MessageEvent {

	}

}
