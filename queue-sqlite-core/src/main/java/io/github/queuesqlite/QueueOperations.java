package io.github.queuesqlite;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.GroupProgress;
import io.github.queuesqlite.message.GroupResult;
import io.github.queuesqlite.message.LogEntry;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessagePage;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.MessageTree;
import io.github.queuesqlite.message.NewGroup;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.message.StateChange;
import io.github.queuesqlite.message.TaskTotals;
import io.github.queuesqlite.message.Verification;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;

/**
 * Puts messages in, looks at them, and steers them.
 * <p>
 * <b>Durable:</b> an enqueue that returned is committed and, with durability
 * {@code full}, fsynced: the message is executed or visible after any crash. Its handler
 * runs at least once. An enqueue that threw is absent, or can be found by the id in the
 * exception.
 * <p>
 * <b>Transactions:</b> inside an active Spring transaction an enqueue is put off until
 * after the commit (unless {@code enqueue.when} is {@code now}); the id is returned at
 * once. It is not atomic with another database: a crash between the two commits loses it.
 * When a key turns out to be taken then, the id returned is never stored: look by the
 * key. A failure then is thrown from the commit call, with the ids. On rollback nothing
 * is stored and futures end exceptionally. Waiting inside the transaction for what it put
 * off, by {@code await} or on its futures, throws {@link IllegalStateException}.
 * <p>
 * <b>Threads:</b> safe for use by several threads, virtual ones included. An interrupted
 * wait keeps the flag and throws {@link io.github.queuesqlite.message.QueueException}
 * with the id.
 * <p>
 * <b>Errors</b> of every method:
 * {@link io.github.queuesqlite.message.StoreUnavailableException} when the store cannot
 * be read or written or is closed. Of every enqueue:
 * {@link io.github.queuesqlite.message.PayloadException} when the payload cannot be
 * written or is too large, {@link io.github.queuesqlite.message.QueueFullException} when
 * the inbox stayed full, {@link io.github.queuesqlite.message.DuplicateMessageException}
 * when asked for, {@link IllegalArgumentException} for times out of range. What is known
 * at the call is thrown there, by the asynchronous methods too; what is known later ends
 * their futures.
 *
 * @since 0.1.0
 */
public interface QueueOperations {

	/**
	 * Stores a message for the task and returns after the commit.
	 * @param task 1 to 200 letters, digits or {@code . _ - :}
	 * @param payload any object that the codec can write; null for none
	 * @return its id
	 */
	MessageId enqueue(String task, @Nullable Object payload);

	/**
	 * Stores a message and returns after the commit.
	 * @param message the message
	 * @return its id, or that of the message which has its key
	 */
	MessageId enqueue(NewMessage message);

	/**
	 * Stores a message and calls back once with the final message: COMPLETED, DEAD,
	 * CANCELLED or EXPIRED. Only this process calls back, and only while it lives.
	 * @param message the message
	 * @param callback runs on a thread of its own kind: it may block
	 * @return its id
	 */
	MessageId enqueue(NewMessage message, Consumer<Message> callback);

	/**
	 * Stores a message without waiting for the commit. Blocks its caller only while the
	 * inbox is full.
	 * @param message the message
	 * @return completes after the commit
	 */
	CompletableFuture<MessageId> enqueueAsync(NewMessage message);

	/**
	 * Stores messages, committed in chunks: not atomic.
	 * @param messages any number
	 * @return ids in the order of the input
	 * @throws io.github.queuesqlite.message.PartialEnqueueException if some were stored
	 * and others were not
	 */
	List<MessageId> enqueueAll(Collection<NewMessage> messages);

	/**
	 * Hands a group in: all of it is stored in one transaction, or nothing. Returns after
	 * the commit. In a Spring transaction it is put off like any other enqueue.
	 * <p>
	 * A member counts for the bound of its queue; a group is stored when there is room
	 * for all its members at once, and nothing is dropped for it.
	 * @param group members and callback
	 * @return the id of the group, which is the id of its callback: it can be found,
	 * awaited and cancelled like any message. Without a callback, {@code await} it as
	 * {@link GroupResult}
	 * @throws IllegalArgumentException if it has more than 10,000 messages, or one is
	 * refused
	 * @throws io.github.queuesqlite.message.PayloadException if a payload cannot be
	 * written, or all have more than 32 MB
	 */
	MessageId enqueueGroup(NewGroup group);

	/**
	 * Returns the messages that were stored together with one, and which of them waits or
	 * waited for which.
	 * @param id any of them
	 * @return empty when there is no such message
	 */
	Optional<MessageTree> tree(MessageId id);

	/**
	 * Cancels all messages that were stored together with one, in one transaction: what
	 * waits or is READY at once, and the handlers of those that run are asked to stop, as
	 * by {@link #cancel}. Nothing is set free by it: no callback, nothing for failures.
	 * @param id any of them
	 * @return how many were cancelled or asked
	 */
	int cancelTree(MessageId id);

	/**
	 * Returns how far a group is.
	 * @param id what {@link #enqueueGroup} returned
	 * @return empty when there is no such message, or it never waited for others
	 */
	Optional<GroupProgress> group(MessageId id);

	/**
	 * Stores a message and gives its result.
	 * @param message the message
	 * @param resultType the type to read the result as
	 * @return completes with the result when the message completes; null for a task that
	 * stores none; exceptionally with
	 * {@link io.github.queuesqlite.message.TaskFailedException} when it ends otherwise
	 */
	<R> CompletableFuture<R> submit(NewMessage message, Class<R> resultType);

	/**
	 * Stores a message and gives its result, of a generic type.
	 * @param message the message
	 * @param resultType the type to read the result as
	 * @return as {@link #submit(NewMessage, Class)}
	 */
	<R> CompletableFuture<R> submit(NewMessage message, ParameterizedTypeReference<R> resultType);

	/**
	 * Waits for the result of a message, whichever process runs it.
	 * @param id the message
	 * @param resultType the type to read the result as
	 * @param timeout how long at most
	 * @return the result; null when there is none
	 * @throws io.github.queuesqlite.message.QueueTimeoutException if it has not ended in
	 * time
	 * @throws io.github.queuesqlite.message.TaskFailedException if it ended DEAD,
	 * CANCELLED or EXPIRED
	 * @throws io.github.queuesqlite.message.QueueException if the id is unknown or
	 * already removed
	 */
	<R> @Nullable R await(MessageId id, Class<R> resultType, Duration timeout);

	/**
	 * Waits for the result of a message, of a generic type.
	 * @param id the message
	 * @param resultType the type to read the result as
	 * @param timeout how long at most
	 * @return as {@link #await(MessageId, Class, Duration)}
	 */
	<R> @Nullable R await(MessageId id, ParameterizedTypeReference<R> resultType, Duration timeout);

	/**
	 * Waits for the results of several messages, whichever processes run them.
	 * @param ids the messages, one or many; the same one may come twice
	 * @param resultType the type to read each result as
	 * @param timeout how long at most, for all of them together
	 * @return the results in the order of the ids, null where there is none; unmodifiable
	 * @throws io.github.queuesqlite.message.QueueTimeoutException if one has not ended in
	 * time: it names the first of them
	 * @throws io.github.queuesqlite.message.TaskFailedException if one ended DEAD,
	 * CANCELLED or EXPIRED: the first of them in the order of the ids, once those before
	 * it have ended
	 * @throws io.github.queuesqlite.message.QueueException if an id is unknown or already
	 * removed
	 */
	<R> List<@Nullable R> awaitAll(Collection<MessageId> ids, Class<R> resultType, Duration timeout);

	/**
	 * Gives several messages in the order in which they end, however they end, whichever
	 * processes run them. The stream waits for each when it is asked for it, on the
	 * thread that asks, and leaves nothing behind its last one; close one that is left
	 * before. It throws {@link io.github.queuesqlite.message.QueueTimeoutException} when
	 * the time is up, and {@link io.github.queuesqlite.message.QueueException} when it
	 * comes to an id that is unknown or already removed, or the thread is interrupted.
	 * @param ids the messages, none, one or many; one that comes twice is given once
	 * @param timeout how long at most, from this call on, for all of them together
	 * @return as they ended, also those that are not kept or were retried since
	 */
	Stream<Message> awaitEach(Collection<MessageId> ids, Duration timeout);

	/**
	 * Reads a message in any state.
	 * @param id the id
	 * @return empty when it is unknown or already removed
	 */
	Optional<Message> find(MessageId id);

	/**
	 * Reads the message that has the idempotency key.
	 * @param idempotencyKey the key
	 * @return empty when none has it
	 */
	Optional<Message> findByKey(String idempotencyKey);

	/**
	 * Reads messages.
	 * @param query which
	 * @return in the order of their ids, oldest first
	 */
	List<Message> list(MessageQuery query);

	/**
	 * Looks through messages, newest first, for a page of a user interface: in bounded
	 * time, however many there are. It looks at some tens of thousands of messages and
	 * tells how far it came; a page may have few messages or none although there are
	 * more. {@link MessageQuery#after(MessageId)} means older ones here. With
	 * {@link MessageQuery#key(String)} the first page also has what an index knows under
	 * the key, however old: what has not ended, and what has it as idempotency key. A
	 * later page has it again in its place.
	 * @param query which
	 * @return those found, in the order of their ids, newest first, and where to go on
	 */
	MessagePage browse(MessageQuery query);

	/**
	 * Reads the messages that ended last in a state, from an index of ended messages.
	 * @param state COMPLETED, DEAD, CANCELLED or EXPIRED
	 * @param limit how many at most, 1 to 1,000
	 * @return the latest end first
	 * @throws IllegalArgumentException if the state is none in which messages end, or the
	 * limit is out of range
	 */
	List<Message> endedLately(MessageState state, int limit);

	/**
	 * Says why a message is not running, what it is doing, or how it ended. Reads
	 * indexes: its cost does not grow with how many messages there are.
	 * @param id the message
	 * @return as of now; says so when there is no such message, or when its shard is
	 * quarantined
	 */
	Explanation explain(MessageId id);

	/**
	 * Reads why the attempts of a message failed. Only failures are recorded, and they go
	 * with the message.
	 * @param id the message
	 * @return oldest first; empty when none failed or the id is unknown
	 */
	List<Failure> failures(MessageId id);

	/**
	 * Reads what the handler of a message noted with
	 * {@link io.github.queuesqlite.task.TaskContext#log(String)}. It goes with the
	 * message.
	 * @param id the message
	 * @return the latest 100, oldest first; empty when it noted nothing or the id is
	 * unknown
	 */
	List<LogEntry> log(MessageId id);

	/**
	 * Reads the states that a message went through, as far as processes that record them
	 * ({@link EmbeddedQueue.Builder#history}) have made the changes, and they are kept.
	 * They may be kept longer than the message.
	 * @param id the message
	 * @return oldest first; empty when nothing was recorded or the id is unknown
	 */
	List<StateChange> history(MessageId id);

	/**
	 * Cancels a message: at once while it waits; while it runs, its handler is
	 * interrupted and sees {@link io.github.queuesqlite.task.TaskContext#isCancelled()}.
	 * @param id the message
	 * @return true when it changed or asked for something
	 */
	boolean cancel(MessageId id);

	/**
	 * Makes a DEAD, CANCELLED or EXPIRED message READY, its attempts and expiry cleared.
	 * @param id the message
	 * @return false when it is none of these, or its unique key is taken
	 */
	boolean retry(MessageId id);

	/**
	 * Retries all messages that match, in batches.
	 * @param query which; its limit is ignored
	 * @return how many
	 */
	int retryAll(MessageQuery query);

	/**
	 * Deletes a message.
	 * @param id the message
	 * @return false when it is RUNNING or unknown
	 */
	boolean delete(MessageId id);

	/**
	 * Deletes all messages that match, in batches; never RUNNING ones.
	 * @param query which; its limit is ignored
	 * @return how many
	 */
	int purge(MessageQuery query);

	/**
	 * Replaces the payload while the message is READY or SCHEDULED.
	 * @param id the message
	 * @param payload the new payload
	 * @return false when it is in another state or unknown
	 */
	boolean updatePayload(MessageId id, Object payload);

	/**
	 * Moves the due time while the message is READY or SCHEDULED.
	 * @param id the message
	 * @param runAt not before; a time in the past means now
	 * @return false when it is in another state or unknown
	 */
	boolean reschedule(MessageId id, Instant runAt);

	/**
	 * Pauses all queues in every process, those too that nobody has used yet, until
	 * {@link #resumeAll()}, restarts included: for a maintenance of what all handlers
	 * need. When it returns, no handler starts in this process, and {@link #receive}
	 * hands out nothing; those that run go on. Messages are accepted, become due, expire
	 * and can be cancelled, schedules fire, and listen data is delivered. Another call
	 * changes nothing but the end.
	 */
	void pauseAll();

	/**
	 * Pauses all queues as {@link #pauseAll()} does, until a time at the latest: then
	 * they go on by themselves, in all processes. Of several pauses of all the latest
	 * call holds.
	 * @param until when they go on by the wall clock, later than now, at most 36,525 days
	 * ahead
	 * @throws IllegalArgumentException if the time is not ahead, or too far
	 */
	void pauseAll(Instant until);

	/**
	 * Ends the pause of all queues, if there is one. Queues, tasks and keys that are
	 * paused by name stay so, as the pause of all stays when one of these is resumed.
	 */
	void resumeAll();

	/**
	 * Pauses a queue in every process, until it is resumed, restarts included. When it
	 * returns, no handler of the queue starts in this process; those that run go on.
	 * @param queue the name
	 */
	void pause(String queue);

	/**
	 * Pauses a queue as {@link #pause(String)} does, until a time at the latest: then it
	 * goes on by itself, in all processes. Of several pauses of a queue the latest call
	 * holds.
	 * @param queue the name
	 * @param until when it goes on by the wall clock, later than now, at most 36,525 days
	 * ahead
	 * @throws IllegalArgumentException if the time is not ahead, or too far
	 */
	void pause(String queue, Instant until);

	/**
	 * Resumes a queue. Tasks that are paused stay so, and so does the pause of all.
	 * @param queue the name
	 */
	void resume(String queue);

	/**
	 * Pauses a task in every queue and process, until it is resumed, restarts included.
	 * When it returns, no handler of the task starts in this process, and
	 * {@link #receive} hands out none of its messages; those that run go on. Other tasks
	 * of its queues go on; messages with the same ordering key wait behind its own.
	 * @param task the name, hosted or not
	 */
	void pauseTask(String task);

	/**
	 * Pauses a task as {@link #pauseTask(String)} does, until a time at the latest: then
	 * it goes on by itself, in all processes. Of several pauses of a task the latest call
	 * holds.
	 * @param task the name, hosted or not
	 * @param until when it goes on by the wall clock, later than now, at most 36,525 days
	 * ahead
	 * @throws IllegalArgumentException if the time is not ahead, or too far
	 */
	void pauseTask(String task, Instant until);

	/**
	 * Resumes a task. Queues that are paused stay so.
	 * @param task the name
	 */
	void resumeTask(String task);

	/**
	 * Pauses a key in every process, until it is resumed, restarts included: nothing
	 * starts whose ordering key or concurrency key it is. When it returns, no handler of
	 * such a message starts in this process, and {@link #receive} hands out none; those
	 * that run go on. Other keys are not held up.
	 * @param key the key, whether there are messages with it or not
	 * @throws IllegalArgumentException if no key can be so
	 */
	void pauseKey(String key);

	/**
	 * Pauses a key as {@link #pauseKey(String)} does, until a time at the latest: then it
	 * goes on by itself, in all processes. Of several pauses of a key the latest call
	 * holds.
	 * @param key the key
	 * @param until when it goes on by the wall clock, later than now, at most 36,525 days
	 * ahead
	 * @throws IllegalArgumentException if no key can be so, or the time is not ahead, or
	 * too far
	 */
	void pauseKey(String key, Instant until);

	/**
	 * Resumes a key. Queues and tasks that are paused stay so.
	 * @param key the key
	 */
	void resumeKey(String key);

	/**
	 * Changes a limit or rate that somebody has declared, in every process, from now on
	 * and restarts included. What runs goes on; a lower limit is kept once enough has
	 * ended. The number of a rate holds for the time that is declared, until another time
	 * is.
	 * @param name as {@link QueueStats.LimitStats} says: {@code task:<task>},
	 * {@code keys:<task>}, {@code rate:task:<task>}, {@code rate:queue:<queue>} or
	 * {@code rate:keys:<task>}
	 * @param most 1 or more, at most 1,000,000 for a rate; null for what is declared
	 * @return false when there is no such limit: no worker has needed it so far
	 * @throws IllegalArgumentException if the name is of another kind or the number out
	 * of range
	 */
	boolean changeLimit(String name, @Nullable Integer most);

	/**
	 * Sets how many messages of a concurrency key are let through together when its turn
	 * comes: its share beside other keys. Holds in every process until it is set anew,
	 * restarts included.
	 * @param concurrencyKey the key, 1 to 500 characters
	 * @param weight 1 to 1,000; 1 is what a key has that nobody has weighed
	 * @throws IllegalArgumentException if one is out of range
	 */
	void weigh(String concurrencyKey, int weight);

	/**
	 * Returns how many messages have not ended.
	 * @return READY, SCHEDULED and RUNNING
	 */
	long length();

	/**
	 * Returns how many messages of the queue have not ended.
	 * @param queue the name; an unknown one has none
	 * @return READY, SCHEDULED and RUNNING
	 */
	long length(String queue);

	/**
	 * Returns the numbers of this moment. Reads counters, not messages.
	 * @return the numbers
	 */
	QueueStats stats();

	/**
	 * Returns what happened to messages so far, whichever process did it. Reads counters,
	 * not messages; costs less than {@link #stats()}.
	 * @return by queue and task
	 */
	List<TaskTotals> totals();

	/**
	 * Takes messages out of a queue, of whatever task, without a handler: whoever calls
	 * works on them and says how they ended. Waits until there is at least one, and takes
	 * what one shard has then, the best first; nothing is fetched ahead. Handlers of the
	 * same queue, and other receivers, here and in other processes, take turns with it.
	 * Handlers need not run.
	 * <p>
	 * Nothing comes from a paused queue or of a paused task: the call waits for its
	 * resumption. A message whose process died while somebody worked on it comes by
	 * itself, one such message at a time.
	 * @param queue the name, known or not
	 * @param max how many at most, 1 to 1,000
	 * @param wait how long at most, 0 or longer. What is there at the call is found even
	 * with 0
	 * @return messages in the hands of the caller, see {@link ClaimedMessage}; empty when
	 * none came
	 */
	List<ClaimedMessage> receive(String queue, int max, Duration wait);

	/**
	 * Takes one message out of its queue, whatever goes before it there, without a
	 * handler: as {@link #receive(String, int, Duration)} for a message that somebody has
	 * chosen, from a list for instance. Waits for a commit and not for the message.
	 * @param id the message
	 * @return in the hands of the caller; empty when there is no such message, it is not
	 * READY (not due yet, in the hands of a handler or of somebody else, ended), its
	 * queue, its task or its key is paused, or messages of its key go before it. Empty
	 * too for one whose process died while it ran, which comes with the others of its
	 * queue, and while such a one runs alone
	 */
	Optional<ClaimedMessage> receive(MessageId id);

	/**
	 * Waits until nothing is left that this process could run: of queues, tasks and keys
	 * that are not paused, and of tasks it hosts, nothing is RUNNING, READY, due or
	 * waiting for a retry. Messages delayed by their sender do not count.
	 * @param timeout how long at most
	 * @return false when time was up before
	 */
	boolean drain(Duration timeout);

	/**
	 * Checks all files of the queue while they are in use: SQLite's
	 * {@code integrity_check}, and the checksum of every message. Takes some 7 s a
	 * gigabyte; the write-ahead log of a file grows while it is read, and when it reaches
	 * half of {@code wal.max} the check of that file is broken off, which is a finding
	 * too. A shard that turns out damaged is quarantined.
	 * @return what was found, by file
	 * @throws io.github.queuesqlite.message.QueueException if this process is at a check,
	 * compaction or backup of the queue already, or the thread is interrupted
	 */
	Verification verify();

	/**
	 * Gives free pages of the files back to the file system, in steps of a megabyte
	 * between the commits of others. The files become smaller when their write-ahead log
	 * is copied into them next, which is soon. Never needed: what is free is used for new
	 * messages.
	 * @throws io.github.queuesqlite.message.QueueException if this process is at a check,
	 * compaction or backup of the queue already, or the thread is interrupted: what was
	 * given back until then stays so
	 */
	void compact();

	/**
	 * Copies all files of the queue as they are at one moment, while any number of
	 * processes use them: a queue that is started on the copy finds what it would have
	 * found after a power loss at that moment. All commits wait for it for some
	 * milliseconds; what is copied is read beside them then.
	 * <p>
	 * The copies are checked and fsynced, and only then get their names:
	 * {@code <directory>/<name of the queue>/control.db} and so on. The directory can be
	 * used as {@code queue.sqlite.directory}, or its files be put into another one.
	 * @param directory where to; not there, or empty
	 * @return the directory, absolute
	 * @throws io.github.queuesqlite.message.StoreUnavailableException if the directory
	 * cannot be used (not empty, inside that of the queue, not writable, no room), a file
	 * cannot be read or is quarantined, or is so busy that its write-ahead log reaches
	 * half of {@code wal.max} meanwhile. Nothing is left of the backup
	 * @throws io.github.queuesqlite.message.QueueException if this process is at a check,
	 * compaction or backup of the queue already, or the thread is interrupted
	 */
	Path backup(Path directory);

}
