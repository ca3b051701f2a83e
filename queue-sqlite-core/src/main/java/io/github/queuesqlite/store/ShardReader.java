package io.github.queuesqlite.store;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

import io.github.queuesqlite.message.AuditEntry;
import io.github.queuesqlite.message.LogEntry;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.MessageTree;
import io.github.queuesqlite.message.Progress;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.message.StateChange;
import io.github.queuesqlite.message.TaskTotals;
import org.jspecify.annotations.Nullable;

/**
 * Reads one shard, beside its writer. Every read is short.
 * <p>
 * <b>Threads:</b> any, virtual ones included.
 */
public interface ShardReader extends AutoCloseable {

	/** Reads a message. */
	Optional<StoredMessage> find(long id);

	/** Reads several messages. */
	List<StoredMessage> findAll(Collection<Long> ids);

	/** Reads the message that has the key in this shard. */
	Optional<StoredMessage> findByKey(String idempotencyKey);

	/** Returns the message that the key is reserved for; null when it is not. */
	@Nullable Reservation reservation(ReservedKey key);

	/** Reads reservations whose names are greater than {@code after}, in their order. */
	List<Reservation> reservations(String after, int max);

	/** Reads messages that match. */
	List<StoredMessage> list(MessageQuery query);

	/**
	 * Reads messages that match, newest first, and looks at so many at most.
	 */
	StoredPage browse(MessageQuery query, int most);

	/** Reads messages that match and have an index entry for the key of the query. */
	List<StoredMessage> keyed(MessageQuery query);

	/** Reads the messages that ended last. */
	List<StoredMessage> endedLately(MessageState state, int max);

	/** Reads ids of messages that match and are greater than {@code after}. */
	List<Long> ids(MessageQuery query, long after, int max);

	/** Reads the messages that were stored together with one. */
	Optional<MessageTree> tree(long id);

	/** Counts what became of those that a message waits or waited for. */
	Optional<Arrivals> arrivals(long id);

	/** Reads a message with what decides in this shard whether it runs. */
	Optional<Situation> situation(long id);

	/**
	 * Counts the READY messages of its queue and of some tasks that go before a message,
	 * no more than {@code most}.
	 */
	int ahead(StoredMessage message, Predicate<String> tasks, boolean newestFirst, int most);

	/** Counts what some instances run. */
	List<RunCount> running(Collection<Long> epochs);

	/** Reads some messages of a task that an instance runs, the longest running first. */
	List<Situation.Other> running(long epoch, String task, Set<String> exceptQueues, int most);

	/** Returns how many messages of a queue end in a second, as far as was kept. */
	double pace(String queue, Duration window);

	/** Reads a limit or rate that has its home here, but for those of keys. */
	Optional<LimitUse> limit(String name);

	/** Reads the failed attempts of a message. */
	List<FailureRecord> failures(long id);

	/** Reads what the handler of a message has done already, in order. */
	List<StoredStep> steps(long id);

	/** Reads how far the handlers of some messages said they are. */
	Map<Long, Progress> progress(Collection<Long> ids);

	/** Reads the names of some instances, dead ones too, by their epochs. */
	Map<Long, String> instances(Collection<Long> epochs);

	/** Reads what the handler of a message said, oldest first. */
	List<LogEntry> log(long id);

	/** Reads the states that a message went through here, oldest first. */
	List<StateChange> history(long id);

	/** Reads the counters. */
	List<QueueStats.Count> counts();

	/** Reads what happened since the file was made. */
	List<TaskTotals> totals();

	/** Reads the limits and weights that stand here. */
	List<QueueStats.LimitStats> limits();

	/** Reads the least due time of READY messages by queue. */
	Map<String, Long> oldestReady();

	/** Reads the instances that are not dead. */
	List<Peer> peers();

	/** Reads when the instances that are not dead were seen. */
	List<Sighting> sightings();

	/** Returns whether anything hosted is RUNNING, READY, due or waits for a retry. */
	boolean hasRunnable(BiPredicate<String, String> hosted, long now);

	/** Returns whether anything hosted is RUNNING, or READY and not held back. */
	boolean hasStartable(BiPredicate<String, String> hosted);

	/** Returns whether there are ended messages that are older than is kept. */
	boolean mayPrune();

	/**
	 * Reads the messages that wait longest to be handed over, in order.
	 * @param epoch by whom
	 * @param targets to which shards
	 * @param max how many at most
	 */
	List<Relay> relays(long epoch, Collection<Long> targets, int max);

	/** Returns whether a message waits to be handed over to one of some shards. */
	boolean isAnyRelay(Collection<Long> targets);

	/** Returns the least number of those that wait; the greatest long when none does. */
	long relayFloor();

	/** Returns by whom messages wait to be handed over. */
	Set<Long> relayEpochs();

	/** Reads a message that waits to be handed over. */
	Optional<Relay> relay(long messageId);

	/** Reads the schedules, by name. */
	List<StoredSchedule> schedules();

	/** Reads a schedule. */
	Optional<StoredSchedule> schedule(String name);

	/** Reads the schedules that fire and are due, the longest due first. */
	List<StoredSchedule> dueSchedules(long now, int max);

	/** Reads what people have done to the queue, the latest first. */
	List<AuditEntry> audit(int max);

	/** Reads what is paused. */
	Pauses pauses();

	/** Returns the file as a whole. */
	FileReads file();

	@Override
	void close();

	/**
	 * What a shard says of an instance to people.
	 *
	 * @param epoch its epoch
	 * @param name host and process id
	 * @param startedAt epoch milliseconds
	 * @param beatAt latest sign of life, epoch milliseconds
	 */
	record Sighting(long epoch, String name, long startedAt, long beatAt) {

	}

	/**
	 * A reserved key.
	 *
	 * @param key the key
	 * @param messageId for which message
	 * @param epoch who reserved it
	 * @param confirmed whether the message was stored
	 */
	record Reservation(ReservedKey key, long messageId, long epoch, boolean confirmed) {

	}

}
