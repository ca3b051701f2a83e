package io.github.queuesqlite;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.task.FencingToken;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;

/**
 * A message that {@link QueueOperations#receive} has handed out. It is RUNNING and nobody
 * else's until whoever has it ends it: by {@code complete}, {@code release} or
 * {@code fail}, once. Receiving it has counted an attempt.
 * <p>
 * <b>Deadline:</b> {@code lease.duration} from when it was received, moved by
 * {@link #extend}. When it passes, the attempt has failed: the message is retried or
 * DEAD, as after {@link #fail(String)}. When the process dies, another one takes the
 * message back at once. So it may be received more than once.
 * <p>
 * <b>Durable:</b> an end is committed and, with durability {@code full}, fsynced when the
 * call returns. While the shard cannot be written, the call waits until it can. It does
 * not wait for a transaction of the caller, and takes no part in one.
 * <p>
 * <b>Errors</b> of every end: {@link io.github.queuesqlite.message.LeaseLostException}
 * when it is no longer ours: its deadline has passed, or this process was taken for dead;
 * what this call would say does not count. {@link IllegalStateException} when it was
 * ended before. {@link io.github.queuesqlite.message.StoreUnavailableException} when the
 * queue is closed or the shard out of use: the message is received again. When the thread
 * is interrupted, {@link io.github.queuesqlite.message.QueueException}; the flag is kept,
 * the end is on its way into the store all the same.
 * <p>
 * <b>Threads:</b> safe for use by several threads, virtual ones included.
 *
 * @since 0.1.0
 */
public interface ClaimedMessage {

	/**
	 * Returns the message as it was received.
	 * @return the message, RUNNING
	 */
	Message message();

	/**
	 * Returns the id of the message.
	 * @return the id
	 */
	MessageId id();

	/**
	 * Reads the payload.
	 * @param type the type to read it as
	 * @return the payload; null when the sender gave none
	 * @throws io.github.queuesqlite.message.PayloadException if it cannot be read as the
	 * type; the message stays in the caller's hands
	 */
	<T> @Nullable T payload(Class<T> type);

	/**
	 * Reads the payload as a generic type.
	 * @param type the type to read it as
	 * @return as {@link #payload(Class)}
	 */
	<T> @Nullable T payload(ParameterizedTypeReference<T> type);

	/**
	 * Returns by when it has to be ended or extended.
	 * @return wall clock
	 */
	Instant deadline();

	/**
	 * Returns whether to stop working on it: somebody cancelled the message, its deadline
	 * has passed, or it is no longer ours. Nobody is interrupted.
	 * @return true once it should be ended
	 */
	boolean isCancelled();

	/**
	 * Returns the token that rises each time the message is handed out, for guards of the
	 * caller's own.
	 * @return the token
	 */
	FencingToken fencingToken();

	/**
	 * Enqueues a message with its end: both are committed together when it is completed,
	 * and it is forgotten when it is not.
	 * @param message as for {@link io.github.queuesqlite.task.TaskContext#enqueue}
	 * @return the id it will have
	 * @throws io.github.queuesqlite.message.LeaseLostException if it is no longer ours
	 */
	MessageId enqueue(NewMessage message);

	/**
	 * Ends it COMPLETED, without a result.
	 */
	void complete();

	/**
	 * Ends it COMPLETED, also when it was cancelled meanwhile: the work is done.
	 * @param result any object that the codec can write, which those get who wait for the
	 * message; null for none
	 * @throws io.github.queuesqlite.message.PayloadException if the result cannot be
	 * written or is too large; the message stays in the caller's hands
	 */
	void complete(@Nullable Object result);

	/**
	 * As {@link #complete(Object)} without waiting for the commit, so that many share
	 * one. What is known at the call is thrown there.
	 * @param result as there
	 * @return completes after the commit, exceptionally when the end does not count
	 */
	CompletableFuture<Void> completeAsync(@Nullable Object result);

	/**
	 * Gives it back: READY at once, behind what waits with the same priority, the attempt
	 * uncounted. CANCELLED when somebody asked for that.
	 */
	void release();

	/**
	 * Gives it back, to be received after a delay.
	 * @param delay not earlier; 0 or longer, at most 36,525 days
	 */
	void release(Duration delay);

	/**
	 * Says that it failed: the attempt counts, and the retry policy of its task (of the
	 * queue's settings, when no handler here has declared the task) says when it is READY
	 * again; DEAD when no attempt is left. CANCELLED when somebody asked for that.
	 * @param reason for people, at most 2,000 characters of it are kept
	 */
	void fail(String reason);

	/**
	 * Says that it failed, as if a handler had thrown: its class and stack are recorded;
	 * {@link io.github.queuesqlite.task.PermanentTaskException} and
	 * {@link io.github.queuesqlite.task.RetryTaskException} mean what they mean there.
	 * @param failure what went wrong
	 */
	void fail(Throwable failure);

	/**
	 * Moves the deadline to this long from now, which may be earlier.
	 * @param duration longer than 0, at most 36,525 days
	 * @throws io.github.queuesqlite.message.LeaseLostException if it is no longer ours
	 */
	void extend(Duration duration);

}
