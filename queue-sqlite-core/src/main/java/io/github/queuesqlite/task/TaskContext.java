package io.github.queuesqlite.task;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.schedule.Schedule;
import org.jspecify.annotations.Nullable;

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
	 * Moves this run's deadline to this long from now.
	 * @param duration longer than 0
	 * @throws io.github.queuesqlite.message.LeaseLostException if the run is no longer
	 * ours
	 */
	void extend(Duration duration);

	/**
	 * Returns the token that rises with every run of this message, for the handler's own
	 * guards: a store that remembers the greatest one seen refuses a stale run.
	 * @return the token
	 */
	FencingToken fencingToken();

}
