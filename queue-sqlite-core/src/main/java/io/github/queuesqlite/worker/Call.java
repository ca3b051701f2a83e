package io.github.queuesqlite.worker;

import java.util.function.Consumer;

import io.github.queuesqlite.store.StoredMessage;
import org.jspecify.annotations.Nullable;

/**
 * What a runner does with one permit: the run of one message, or those of a batch, which
 * are from one shard and of one task. As a {@link Runnable} it runs on a thread of the
 * user's executor.
 */
interface Call extends Runnable {

	/** The one by which it is ordered. */
	Claim first();

	/** How many messages. */
	int size();

	/** Runs something for each message. */
	void forEach(Consumer<Claim> action);

	HostedTask task();

	/** Bytes of all payloads. */
	int bytes();

	/** What it has whatever it is. */
	CallState state();

	/** Puts into the MDC what the log lines of its handler bear. */
	void putLogContext();

	/** Place among the lane's permits, -1 without. Guarded by the lane's lock. */
	default int place() {
		return state().place();
	}

	default void place(int place) {
		state().place(place);
	}

	/** When it was given to an executor of the user; 0 when not. */
	default long handedAt() {
		return state().handedAt();
	}

	default void handedAt(long now) {
		state().handedAt(now);
	}

	/** Whether it has neither begun nor been given back. */
	boolean isNew();

	/**
	 * Calls the handler unless there is a reason not to.
	 * @return whether it is over; the permit is then the caller's to give back, before it
	 * calls {@link #submit()}
	 */
	boolean execute();

	/** Hands the ends to the store that it does not have. */
	void submit();

	/** Whether there are any. */
	boolean isToSubmit();

	/** Gives it back uncounted if it has not started. */
	boolean recall();

	/** Whether the task or the key of one of them is paused. */
	boolean isPaused();

	/** How long it ran; 0 when it did not. */
	long elapsed();

	/** It was claimed with what its task and queue need: permits and tokens. */
	default void takePermit() {
		StoredMessage row = first().row();
		state().takePermit(row.queue(), row.task());
	}

	/** Its handler has returned, or never will be called. */
	default void givePermitBack() {
		state().givePermitBack();
	}

	/** Nanoseconds until a deadline; the greatest long when there is none to watch. */
	long untilDeadline(long now);

	/** Fails what has its deadline over. */
	void timeOut(long now);

	/** Asks its handler to stop: the application does. */
	default void stop() {
		state().stop();
	}

	/** How long it should have stopped; null when it may go on. */
	default @Nullable OverdueRun overdue(long now) {
		return state().overdue(this, now);
	}

	/** The thread of the handler; empty when it is on none. */
	default String threadName() {
		return state().threadName();
	}

	/** Whether its handler waits for a stop of the queue. */
	default boolean isStoppedFor() {
		return state().isStoppedFor();
	}

}
