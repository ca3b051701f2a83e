package io.github.queuesqlite.reliability.history;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import org.jspecify.annotations.Nullable;

/**
 * What a process did or saw. An event that begins something is logged before it, one that
 * ends something after it: so what happened lies between the two.
 * <p>
 * Times are {@link System#nanoTime()}, which is one clock for all processes of a Linux
 * machine.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "what")
public sealed interface Event {

	/**
	 * Returns when.
	 * @return nanoseconds of the monotonic clock
	 */
	long at();

	/**
	 * The process began.
	 *
	 * @param at when
	 * @param pid of the system
	 * @param leaseMillis after how long without a sign of life it may be taken for dead
	 */
	record Began(long at, long pid, long leaseMillis) implements Event {
	}

	/**
	 * Its queue is open and its workers run.
	 *
	 * @param at when
	 */
	record Opened(long at) implements Event {
	}

	/**
	 * It could run, write and sync a moment ago.
	 *
	 * @param at when
	 */
	record Pulse(long at) implements Event {
	}

	/**
	 * Its queue is about to be closed: calls may be refused from now on.
	 *
	 * @param at when
	 */
	record Closing(long at) implements Event {
	}

	/**
	 * Its queue was closed in peace.
	 *
	 * @param at when
	 */
	record Closed(long at) implements Event {
	}

	/**
	 * Another process is about to be killed.
	 *
	 * @param at when
	 * @param process the name of its history
	 */
	record Killing(long at, String process) implements Event {
	}

	/**
	 * Another process stands still and is about to be killed: what it has claimed.
	 *
	 * @param at when
	 * @param process the name of its history
	 * @param runs the latest run of each message that it owns
	 */
	record Owned(long at, String process, List<Claim> runs) implements Event {
	}

	/**
	 * Another process is about to be stopped by SIGSTOP.
	 *
	 * @param at when
	 * @param process the name of its history
	 */
	record Freezing(long at, String process) implements Event {
	}

	/**
	 * Another process goes on.
	 *
	 * @param at when
	 * @param process the name of its history
	 */
	record Thawed(long at, String process) implements Event {
	}

	/**
	 * It is about to collect its heap for so long that nothing else gets far.
	 *
	 * @param at when
	 */
	record Collecting(long at) implements Event {
	}

	/**
	 * It has collected its heap.
	 *
	 * @param at when
	 */
	record Collected(long at) implements Event {
	}

	/**
	 * Messages are about to be handed in by one call.
	 *
	 * @param at when
	 * @param call a number of this process
	 * @param method which method of the queue
	 * @param orders what is handed in
	 */
	record Asked(long at, long call, String method, List<Order> orders) implements Event {
	}

	/**
	 * The call came back: with one answer for each order.
	 *
	 * @param at when
	 * @param call the number of the call
	 * @param answers in the order of the orders
	 */
	record Answered(long at, long call, List<Answer> answers) implements Event {
	}

	/**
	 * A message is about to be cancelled.
	 *
	 * @param at when
	 * @param call a number of this process
	 * @param id the message
	 */
	record Cancelling(long at, long call, MessageId id) implements Event {
	}

	/**
	 * The cancel came back.
	 *
	 * @param at when
	 * @param call the number of the call
	 * @param changed what it returned; null when it threw
	 */
	record Cancelled(long at, long call, @Nullable Boolean changed) implements Event {
	}

	/**
	 * A handler begins.
	 *
	 * @param at when
	 * @param id the message
	 * @param tag of the order it carries
	 * @param run of the fencing token
	 * @param epoch of the fencing token
	 * @param attempt as the handler is told
	 * @param begunAt when the queue began the run, just after it looked at its lease
	 */
	record Started(long at, MessageId id, String tag, long run, long epoch, int attempt,
			long begunAt) implements Event {
	}

	/**
	 * A handler is about to return or throw.
	 *
	 * @param at when
	 * @param id the message
	 * @param run of the fencing token
	 * @param epoch of the fencing token
	 * @param how it ends
	 */
	record Ended(long at, MessageId id, long run, long epoch, How how) implements Event {
	}

	/**
	 * The store refused the end of a run: it was no longer the process's own.
	 *
	 * @param at when
	 * @param task the task
	 */
	record Lost(long at, String task) implements Event {
	}

	/**
	 * Somebody saw how a message ended.
	 *
	 * @param at when
	 * @param by what told it, for instance {@code callback}
	 * @param id the message; null when only its tag is known
	 * @param tag of its order; null when only its id is known
	 * @param state an ended one
	 * @param result what its handler returned: the token of the run
	 */
	record Saw(long at, String by, @Nullable MessageId id, @Nullable String tag, MessageState state,
			@Nullable String result) implements Event {
	}

	/**
	 * A value of listen data is about to be set.
	 *
	 * @param at when
	 * @param call a number of this process
	 * @param key the key
	 * @param value never used twice
	 */
	record Putting(long at, long call, String key, String value) implements Event {
	}

	/**
	 * The value was set, or not.
	 *
	 * @param at when
	 * @param call the number of the call
	 * @param version what was returned; null when it threw
	 */
	record Put(long at, long call, @Nullable Long version) implements Event {
	}

	/**
	 * A listener got a change.
	 *
	 * @param at when
	 * @param listener its name
	 * @param key the key
	 * @param version of the value
	 * @param value the value
	 */
	record Delivered(long at, String listener, String key, long version, String value) implements Event {
	}

	/**
	 * Something failed that should not, for instance because a file was locked.
	 *
	 * @param at when
	 * @param text what
	 */
	record Failed(long at, String text) implements Event {
	}

	/**
	 * A message that a process owns.
	 *
	 * @param id the message
	 * @param run which run of it
	 */
	record Claim(MessageId id, long run) {
	}

	/** How a handler ends. */
	enum How {

		/** It returns a result. */
		RETURNS,

		/** It throws, as its order wants. */
		THROWS,

		/** It was interrupted. */
		INTERRUPTED

	}

}
