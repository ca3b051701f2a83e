package io.github.queuesqlite.message;

import java.time.Instant;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;

/**
 * A message as it was when it was read: a snapshot that does not change any more.
 * <p>
 * <b>Threads:</b> immutable, safe to share.
 *
 * @since 0.1.0
 */
public interface Message {

	/**
	 * Returns the id.
	 * @return the id
	 */
	MessageId id();

	/**
	 * Returns the name of the task that handles it.
	 * @return 1 to 200 characters
	 */
	String task();

	/**
	 * Returns the queue it stands in.
	 * @return 1 to 200 characters
	 */
	String queue();

	/**
	 * Returns the state at the time of reading.
	 * @return the state
	 */
	MessageState state();

	/**
	 * Returns the priority, higher first.
	 * @return any int; {@link Priority#value()} of the named ones
	 */
	int priority();

	/**
	 * Returns how many attempts have begun.
	 * @return 0 before the first claim, 1 during the first run
	 */
	int attempt();

	/**
	 * Returns how many attempts it may have, the first run included.
	 * @return 1 or greater; null when its sender did not say and this process has no
	 * handler of its task: those that have one decide
	 */
	@Nullable Integer maxAttempts();

	/**
	 * Returns when it was handed in.
	 * @return wall clock, in milliseconds
	 */
	Instant createdAt();

	/**
	 * Returns the time before which it does not start.
	 * @return the due time of the first run or of the next attempt; the end of the year
	 * 9999 while it waits for other messages, whose ends decide
	 */
	Instant runAt();

	/**
	 * Returns when its latest run was claimed.
	 * @return null before the first claim
	 */
	@Nullable Instant startedAt();

	/**
	 * Returns which process runs it, or waits to.
	 * @return the name of its instance, host and process id such as {@code web-1:4711},
	 * as {@link QueueStats.InstanceStats#name()} has it; null unless it is RUNNING, for
	 * the message that a handler is given, and when nobody remembers the instance
	 */
	@Nullable String instance();

	/**
	 * Returns which thread runs it, when that is one of this process.
	 * @return the name of the thread that was in its handler when it was read; null when
	 * none was, when another process runs it, and for the message that a handler is given
	 */
	@Nullable String thread();

	/**
	 * Returns when it ended.
	 * @return null while it has not ended
	 */
	@Nullable Instant finishedAt();

	/**
	 * Returns when it expires unless claimed before.
	 * @return null when it never expires
	 */
	@Nullable Instant expiresAt();

	/**
	 * Returns the idempotency key.
	 * @return null when the sender gave none
	 */
	@Nullable String idempotencyKey();

	/**
	 * Returns the unique key.
	 * @return null when the sender gave none
	 */
	@Nullable String uniqueKey();

	/**
	 * Returns the ordering key.
	 * @return null when the sender gave none
	 */
	@Nullable String orderingKey();

	/**
	 * Returns the concurrency key.
	 * @return null when the sender gave none
	 */
	@Nullable String concurrencyKey();

	/**
	 * Returns where it came from, in the sender's words.
	 * @return null when the sender gave none
	 */
	@Nullable String source();

	/**
	 * Returns the tags, in the sender's order.
	 * @return unmodifiable; empty when there are none
	 */
	Set<String> tags();

	/**
	 * Returns the headers.
	 * @return unmodifiable; empty when there are none
	 */
	Map<String, String> headers();

	/**
	 * Returns the metadata, as JSON reads it: strings, numbers, booleans, lists, maps.
	 * @return unmodifiable; empty when there is none
	 */
	Map<String, Object> metadata();

	/**
	 * Reads the payload.
	 * @param type the type to read it as; {@code byte[].class} gives the stored bytes of
	 * a bytes payload
	 * @return the payload; null when the sender gave none
	 * @throws PayloadException if the stored payload is damaged or cannot be read as the
	 * type
	 */
	<T> @Nullable T payload(Class<T> type);

	/**
	 * Reads the payload as a generic type.
	 * @param type the type to read it as
	 * @return the payload; null when the sender gave none
	 * @throws PayloadException if the stored payload is damaged or cannot be read as the
	 * type
	 */
	<T> @Nullable T payload(ParameterizedTypeReference<T> type);

	/**
	 * Reads what the handler returned.
	 * @param type the type to read it as
	 * @return the result; null when the handler returned null, the task stores no result,
	 * or it has not completed
	 * @throws PayloadException if the stored result is damaged or cannot be read as the
	 * type
	 */
	<T> @Nullable T result(Class<T> type);

	/**
	 * Reads what the handler returned as a generic type.
	 * @param type the type to read it as
	 * @return the result; null as for {@link #result(Class)}
	 * @throws PayloadException if the stored result is damaged or cannot be read as the
	 * type
	 */
	<T> @Nullable T result(ParameterizedTypeReference<T> type);

	/**
	 * Returns whether the message is damaged: what its sender handed in, or its result,
	 * is not what was stored, because a disk or another program changed the file. A
	 * damaged message is never handed to a handler: it ends {@link MessageState#DEAD}.
	 * Its payload and result can be read raw only.
	 * @return true when its checksum does not match
	 */
	boolean isDamaged();

	/**
	 * Returns whether its payload was not written but stayed an object in the process
	 * that enqueued it. See {@link NewMessage#localPayload(Object)}.
	 * @return true also where the object is not
	 */
	boolean isLocal();

	/**
	 * Returns the payload as its codec has written it, neither compressed nor encrypted.
	 * @return a copy; empty when the sender gave none; as it is stored when this process
	 * cannot decrypt it, or it is damaged; a reference when it is local
	 */
	byte[] rawPayload();

	/**
	 * Returns the result as its codec has written it, neither compressed nor encrypted.
	 * @return a copy; null when none is stored; as it is stored when this process cannot
	 * decrypt it, or it is damaged
	 */
	byte @Nullable [] rawResult();

	/**
	 * Returns how far its handler said it is, in the latest attempt that said something.
	 * @return null when none did, and for the message that a handler is given
	 */
	@Nullable Progress progress();

	/**
	 * Returns why its latest failed attempt failed.
	 * @return null when none failed
	 */
	@Nullable Failure lastError();

}
