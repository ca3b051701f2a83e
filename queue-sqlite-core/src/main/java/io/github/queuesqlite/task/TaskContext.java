package io.github.queuesqlite.task;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.schedule.Schedule;
import org.jspecify.annotations.Nullable;

import org.springframework.core.ParameterizedTypeReference;

/**
 * One run of one message, as its handler sees it.
 * <p>
 * <b>Threads:</b> safe to share with threads that the handler starts.
 *
 * @since 0.1.0
 */
public interface TaskContext {

	/**
	 * Returns the message as it was claimed.
	 * @return the message, RUNNING
	 */
	Message message();

	/**
	 * Returns the id of the message.
	 * @return the id
	 */
	MessageId id();

	/**
	 * Returns which attempt this is.
	 * @return 1 for the first run
	 */
	int attempt();

	/**
	 * Returns how many attempts there may be.
	 * @return 1 or greater
	 */
	int maxAttempts();

	/**
	 * Returns when this run times out.
	 * @return wall clock; null when it has no timeout
	 */
	@Nullable Instant deadline();

	/**
	 * Returns the headers of the message.
	 * @return unmodifiable
	 */
	Map<String, String> headers();

	/**
	 * Returns what the application says about the task.
	 * @return texts by name, unmodifiable; see {@link TaskDefinition#attributes()}
	 */
	Map<String, String> attributes();

	/**
	 * Returns the schedule that the message is of.
	 * @return its name; null for a message that somebody has enqueued
	 */
	default @Nullable String schedule() {
		return headers().get(Schedule.NAME_HEADER);
	}

	/**
	 * Returns the slot of the schedule that gave the message: the time at which it was to
	 * be enqueued, whenever it runs.
	 * @return the slot; null for a message of no schedule, and for one that
	 * {@link io.github.queuesqlite.schedule.ScheduleOperations#run
	 * ScheduleOperations.run} has enqueued
	 */
	default @Nullable Instant slot() {
		String slot = headers().get(Schedule.SLOT_HEADER);
		return (slot != null) ? Instant.parse(slot) : null;
	}

	/**
	 * Returns whether the handler should stop: somebody cancelled the message, its time
	 * is over, the application stops, or the run is lost.
	 * @return true once it should
	 */
	boolean isCancelled();

	/**
	 * Ends the handler when it should stop: for loops that would ask
	 * {@link #isCancelled()} and return.
	 * @throws java.util.concurrent.CancellationException once it should; nothing else may
	 * come of it than what has made it stop
	 */
	default void checkTimeout() {
		if (isCancelled()) {
			throw new CancellationException("The run of message " + id() + " is to stop: its time is over, somebody has"
					+ " cancelled it, the application stops, or it runs elsewhere");
		}
	}

	/**
	 * Moves this run's deadline to this long from now.
	 * @param duration longer than 0
	 * @throws io.github.queuesqlite.message.LeaseLostException if the run is no longer
	 * ours
	 */
	void extend(Duration duration);

	/**
	 * Says how far the handler is: see {@link Message#progress()}. Stored soon, at most
	 * twice a second, the latest only; not fsynced. Nothing happens when the run is lost.
	 * @param fraction 0 to 1
	 * @throws IllegalArgumentException if it is out of range
	 */
	default void progress(double fraction) {
		progress(fraction, null);
	}

	/**
	 * Says how far the handler is, as above.
	 * @param fraction 0 to 1
	 * @param text for people, cut after 500 characters; null for none
	 * @throws IllegalArgumentException if the fraction is out of range
	 */
	void progress(double fraction, @Nullable String text);

	/**
	 * Notes something with the message, for people. The latest 100 notes of a message are
	 * kept, as long as the message is. Stored soon, at most twice a second; not fsynced.
	 * @param text cut after 2,000 characters
	 */
	void log(String text);

	/**
	 * Does something once, however often the message is tried: what it returned is stored
	 * before this method returns, fsynced with durability {@code full}; a later attempt
	 * gets it from there and goes on behind the last stored step. At least once all the
	 * same: a crash between the end of the work and its commit repeats that step.
	 * <p>
	 * Steps have to be the same in each attempt, in the same order. When the handler was
	 * changed meanwhile, the message ends DEAD ({@link StepChangedException}). What the
	 * work throws is thrown on, and nothing is stored.
	 * @param <T> what it returns; written like a payload, and read as this type, which
	 * must not have type arguments
	 * @param name 1 to 500 characters, another one for each step of the message
	 * @param work is called on this thread; must not do steps itself
	 * @param type leave it out: the compiler fills it in
	 * @return what the work returned, now or then
	 * @throws io.github.queuesqlite.message.LeaseLostException if the run is no longer
	 * ours: what was done now will be done again
	 * @throws IllegalStateException if the task is delivered at most once, or the message
	 * has 1,000 steps
	 */
	@SuppressWarnings("unchecked")
	<T extends @Nullable Object> T step(String name, Supplier<? extends T> work, T... type);

	/**
	 * As above, for what has type arguments.
	 * @param <T> what it returns
	 * @param name 1 to 500 characters, another one for each step of the message
	 * @param type what a later attempt reads it as
	 * @param work is called on this thread; must not do steps itself
	 * @return what the work returned, now or then
	 */
	<T extends @Nullable Object> T step(String name, ParameterizedTypeReference<T> type, Supplier<? extends T> work);

	/**
	 * Enqueues a message with the end of this run: both are committed together when the
	 * message of this run is COMPLETED, and it is forgotten when the run fails, is lost
	 * or times out. It is exempt from the bounds of queues. Until that commit it can
	 * neither be found nor awaited.
	 * <p>
	 * A message with keys may be at home in another file. Then it is handed over there
	 * after the commit, once, whatever process dies when; it may run a moment later than
	 * others. When its unique or idempotency key is taken by then, it is not stored, and
	 * its id is never found; {@code onDuplicate} says what becomes of the message that
	 * has the key, but nobody is told of {@code THROW}.
	 * @param message may begin a chain
	 * @return the id it will have
	 * @throws IllegalArgumentException if it is refused as an enqueue would refuse it
	 * @throws IllegalStateException if the run enqueues more than 1,000 messages or 8 MB,
	 * or the delivery of its task is at most once
	 * @throws io.github.queuesqlite.message.LeaseLostException if the run is no longer
	 * ours, or has ended
	 */
	MessageId enqueue(NewMessage message);

	/**
	 * Returns the token that rises with every run of this message, for the handler's own
	 * guards: a store that remembers the greatest one seen refuses a stale run.
	 * @return the token
	 */
	FencingToken fencingToken();

}
