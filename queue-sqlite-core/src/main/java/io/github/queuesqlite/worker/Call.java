package io.github.queuesqlite.worker;

import java.util.function.Consumer;

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

	/** Place among the lane's permits, -1 without. Guarded by the lane's lock. */
	int place();

	void place(int place);

	/** When it was given to an executor of the user; 0 when not. */
	long handedAt();

	void handedAt(long now);

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

	/** Gives it back uncounted if it has not started. */
	boolean recall();

	/** Whether the task or the key of one of them is paused. */
	boolean isPaused();

	/** How long it ran; 0 when it did not. */
	long elapsed();

	/** It was claimed with what its task and queue need: permits and tokens. */
	void takePermit();

	/** Its handler has returned, or never will be called. */
	void givePermitBack();

	/** Nanoseconds until a deadline; the greatest long when there is none to watch. */
	long untilDeadline(long now);

	/** Fails what has its deadline over. */
	void timeOut(long now);

	/** Asks its handler to stop: the application does. */
	void stop();

	@Nullable OverdueRun overdue(long now);

	/** The thread of the handler; empty when it is on none. */
	String threadName();

	/** Whether its handler waits for a stop of the queue. */
	boolean isStoppedFor();

}
