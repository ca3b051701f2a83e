package io.github.queuesqlite.task;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.NewMessage;
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
	 * Enqueues a message with the end of this run: both are committed together when the
	 * message of this run is COMPLETED, and it is forgotten when the run fails, is lost
	 * or times out. It is exempt from the bounds of queues. Until that commit it can
	 * neither be found nor awaited.
	 * @param message without keys, also none that its task makes; may begin a chain
	 * @return the id it will have
	 * @throws IllegalArgumentException if it has a key, or is refused as an enqueue would
	 * refuse it
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
