package io.github.queuesqlite.store;

import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.function.ToIntFunction;

import io.github.queuesqlite.message.AuditEntry;
import io.github.queuesqlite.task.RateLimit;
import org.jspecify.annotations.Nullable;

/**
 * The statements of one shard, used by whoever has the baton, inside transactions. What a
 * statement changed is collected until {@link #takeEnded()}.
 */
public interface ShardSession extends Session, ShardOutlook {

	/** No order number: there is no suspect. */
	long NO_SUSPECT = Long.MAX_VALUE;

	/**
	 * Returns the shard.
	 * @return its number
	 */
	int shard();

	/**
	 * Inserts rows.
	 * @param rows rows of this shard
	 * @return per row: 0 when it was inserted; the id that has its key; or, less than 0,
	 * the negated id that its unique key is reserved for, of a message that may have
	 * ended. Those that failed were not inserted
	 */
	InsertResult insert(List<Insertion> rows) throws SQLException;

	/**
	 * Ends runs.
	 * @param settlements each run once
	 * @return per settlement whether it applied
	 */
	SettleResult[] settle(List<Settlement> settlements) throws SQLException;

	/**
	 * Returns the best priority that is READY, without a transaction.
	 * @param queue the queue
	 * @param tasks the tasks, here and below {@link Claimer#EVERY_TASK} too
	 * @return {@link Integer#MIN_VALUE} for none
	 */
	int bestReady(String queue, Set<String> tasks) throws SQLException;

	/**
	 * Claims messages.
	 * @param epoch the owner
	 * @param queue the queue
	 * @param tasks the tasks
	 * @param max how many at most
	 * @param quota how many of each task; what it claims keeps what it took of it
	 * @return best first
	 */
	List<StoredMessage> claim(long epoch, String queue, Set<String> tasks, int max, Quota quota) throws SQLException;

	/**
	 * Claims one message, whatever goes before it.
	 * @param epoch the owner
	 * @param queue its queue
	 * @param task its task
	 * @param id the message
	 * @return none when it is not READY, its queue or its task is paused
	 */
	List<StoredMessage> claim(long epoch, String queue, String task, long id) throws SQLException;

	/**
	 * Returns the order number of the suspect that waits longest, without a transaction.
	 * Reads nothing while the shard has none.
	 * @param queue the queue
	 * @param tasks the tasks
	 * @return {@link #NO_SUSPECT} for none
	 */
	long firstSuspect(String queue, Set<String> tasks) throws SQLException;

	/**
	 * Claims suspects, which {@link #claim} passes by.
	 * @param epoch the owner
	 * @param queue the queue
	 * @param tasks the tasks
	 * @param max how many at most
	 * @param quota how many of each task; what it claims keeps what it took of it
	 * @return the one that waits longest first, whatever its priority
	 */
	List<Suspect> claimSuspects(long epoch, String queue, Set<String> tasks, int max, Quota quota) throws SQLException;

	/** Moves the deadline of a run; false when it is lost. */
	boolean extend(RunKey key, long deadline) throws SQLException;

	/** Stores a step of a run; false when it is lost. */
	boolean addStep(RunKey key, StoredStep step) throws SQLException;

	/** Stores what the handler of a run says; false when it is lost. */
	boolean report(RunKey key, RunReport report) throws SQLException;

	/**
	 * Cancels a message.
	 * @param id the message
	 * @param own epochs of this process; others are told through the file
	 * @param stop gets the run to stop
	 */
	CancelResult cancel(long id, LongPredicate own, List<RunKey> stop) throws SQLException;

	/**
	 * Cancels the messages that were stored together with one, as above.
	 * @return how many
	 */
	int cancelTree(long id, LongPredicate own, List<RunKey> stop) throws SQLException;

	/** Reads and forgets the cancellations meant for the epochs. */
	List<RunKey> takeSignals(LongPredicate epochs) throws SQLException;

	/**
	 * Makes ended messages READY, unless their unique key is taken.
	 * @param ids the messages
	 * @param doubtful gets those, unchanged, whose unique key is or may be at home in
	 * another shard, or is reserved for a message there
	 * @return how many
	 */
	int retry(Collection<Long> ids, List<Long> doubtful) throws SQLException;

	/** As above, of a message whose unique key is reserved for it where that need be. */
	boolean retryReserved(long id) throws SQLException;

	/** Deletes messages that are not RUNNING; returns how many. */
	int delete(Collection<Long> ids) throws SQLException;

	/** Replaces a payload. */
	boolean updatePayload(long id, @Nullable String codec, byte @Nullable [] payload) throws SQLException;

	/**
	 * Returns the message for which a unique key that is at home here is taken beyond its
	 * end.
	 * @param key a unique key
	 * @param messageId who wants it
	 * @return 0 for none
	 */
	long windowHolder(ReservedKey key, long messageId) throws SQLException;

	/**
	 * Changes the message that has the unique key of a new one, which is not inserted.
	 * @param id of the message that is said to have it
	 * @param row the new one
	 */
	HolderChange changeHolder(long id, Insertion row) throws SQLException;

	/** Moves a due time. */
	boolean reschedule(long id, long runAt) throws SQLException;

	/** Pauses all queues until a time or {@link Pauses#UNTIL_RESUMED}. */
	void pauseAll(long until) throws SQLException;

	/** Ends the pause of all queues. */
	void resumeAll() throws SQLException;

	/** Pauses a queue until a time or {@link Pauses#UNTIL_RESUMED}. */
	void pause(String queue, long until) throws SQLException;

	/** Resumes a queue. */
	void resume(String queue) throws SQLException;

	/** Pauses a task until a time or {@link Pauses#UNTIL_RESUMED}. */
	void pauseTask(String task, long until) throws SQLException;

	/** Resumes a task. */
	void resumeTask(String task) throws SQLException;

	/** Pauses a key until a time or {@link Pauses#UNTIL_RESUMED}. */
	void pauseKey(String key, long until) throws SQLException;

	void resumeKey(String key) throws SQLException;

	/** Returns what is paused. */
	Pauses pauses() throws SQLException;

	/** Forgets the pauses whose time is over; returns how many. */
	int endPauses() throws SQLException;

	/** Makes due messages READY, at most {@code max}; returns how many. */
	int promote(int max) throws SQLException;

	/** Makes waiting messages EXPIRED whose time is over, at most {@code max}. */
	int expire(int max) throws SQLException;

	/** Makes READY messages EXPIRED that nobody hosts, at most {@code max}. */
	List<UnhostedMessages> expireUnhosted(int max, UnhostedRule rule) throws SQLException;

	/** Deletes ended messages above the count that is kept, at most {@code max}. */
	int prune(int max) throws SQLException;

	/** Deletes ended messages that are older than is kept, at most {@code max}. */
	int pruneByAge(int max) throws SQLException;

	/** Adds an instance. */
	void join(long epoch, String name, int slot) throws SQLException;

	/** Returns the greatest epoch it knows. */
	long maxEpoch() throws SQLException;

	/** Returns the greatest time part that an id of the shard may have. */
	long highWater();

	/**
	 * Raises the beat.
	 * @param number how many beats it has given, this one included
	 * @return false when the epoch is dead
	 */
	boolean beat(long epoch, long number) throws SQLException;

	/** Notes what an instance takes, for people. */
	void host(long epoch, Hosting hosting) throws SQLException;

	/** Notes what somebody has done to the queue, and forgets what was long before. */
	void audit(AuditEntry entry) throws SQLException;

	/** Declares an epoch dead. */
	void declareDead(long epoch) throws SQLException;

	/**
	 * Declares an epoch dead unless it lives.
	 * @param latestBeat the latest one that was seen
	 * @return false when its beat is later
	 */
	boolean declareDead(long epoch, long latestBeat) throws SQLException;

	/**
	 * Returns whether an instance may still write.
	 * @param epoch the instance
	 * @return false once it was declared dead here, and for one that never joined
	 * @throws SQLException if the file cannot be read
	 */
	boolean isAlive(long epoch) throws SQLException;

	/**
	 * Takes back what an epoch owns.
	 * @param epoch a dead epoch
	 * @param started which runs had started
	 * @param died whether its process died, so that they are suspects
	 * @param maxAttempts attempts by task
	 * @param max how many at most
	 * @return how many
	 */
	int rescue(long epoch, StartedRuns started, boolean died, ToIntFunction<String> maxAttempts, int max)
			throws SQLException;

	/** Returns whether there may be a live message with a concurrency key. */
	boolean isAnyCrowded();

	/**
	 * Sets how many messages of some tasks may run at once for each concurrency key.
	 * @param limits by task; null for any number
	 */
	void declareKeyLimits(Map<String, @Nullable Integer> limits) throws SQLException;

	/**
	 * Sets how many messages of some tasks may begin in how long for each concurrency
	 * key.
	 * @param rates by task; null for any number
	 */
	void declareKeyRates(Map<String, @Nullable RateLimit> rates) throws SQLException;

	/** The handlers of some runs have begun, as far as they are not lost. */
	void begun(List<RunKey> runs) throws SQLException;

	/**
	 * Lets messages through for which the rates of their concurrency keys have a token by
	 * now.
	 * @param max of how many keys at most
	 * @return of how many it looked
	 */
	int letThroughDue(int max) throws SQLException;

	/** Sets how many messages of a concurrency key are let through together. */
	void weigh(String concurrencyKey, int weight) throws SQLException;

	/**
	 * Brings the permits of an instance to what it wants, as far as there are some.
	 * @param epoch the instance; a dead one gets none
	 * @param wish what it wants
	 * @return what it has
	 */
	PermitState permits(long epoch, PermitWish wish) throws SQLException;

	/**
	 * Takes note of what an instance has done with its tokens, and gives it further ones,
	 * as far as there are some.
	 * @param epoch the instance; a dead one gets none
	 * @param wish what it has done and wants
	 * @return what it has
	 */
	TokenState tokens(long epoch, TokenWish wish) throws SQLException;

	/** Changes a limit; null for what is declared. False when nobody has declared it. */
	boolean changeLimit(String name, @Nullable Integer most) throws SQLException;

	/** As above, for a rate. */
	boolean changeRate(String name, @Nullable Integer count) throws SQLException;

	/** As above, for each concurrency key of a task. */
	boolean changeKeyLimit(String task, @Nullable Integer most) throws SQLException;

	/** As above, for a rate. */
	boolean changeKeyRate(String task, @Nullable Integer count) throws SQLException;

	/**
	 * Returns whether there may be permits or tokens, here or elsewhere, that there were
	 * not at the last call.
	 */
	boolean takePermitsChanged();

	/**
	 * Stores a schedule; a new one when its revision is 0, else the one of its revision.
	 * What it has done stays. False when there is one, or another.
	 */
	boolean putSchedule(StoredSchedule schedule) throws SQLException;

	/** Deletes a schedule of a revision; false when it is another. */
	boolean deleteSchedule(String name, long revision) throws SQLException;

	/** An instance declares a schedule. */
	void declare(String schedule, long epoch) throws SQLException;

	/** An instance declares a schedule no more. */
	void undeclare(String schedule, long epoch) throws SQLException;

	/**
	 * Fires.
	 * @param firing what is due
	 * @return null when the schedule has changed since it was read
	 */
	Firing.@Nullable Outcome fire(Firing firing) throws SQLException;

	/** Returns whether one was added, here or elsewhere, since the last call. */
	boolean takeRelaysAdded();

	/**
	 * Makes those one's own that a dead instance has left.
	 * @param epoch whose they are from now on
	 * @param dead whose they were
	 */
	void ownRelays(long epoch, long dead) throws SQLException;

	/**
	 * Forgets messages that have arrived.
	 * @param epoch whose they are
	 * @param seqs their numbers
	 */
	void forgetRelays(long epoch, List<Long> seqs) throws SQLException;

	/** Reserves a key, also anew; returns 0, or the message that has it. */
	long reserve(ReservedKey key, long messageId, long epoch) throws SQLException;

	/** Marks the reservation's message as stored. */
	void confirm(ReservedKey key, long messageId) throws SQLException;

	/** Forgets a reservation if it is still the message's. */
	void unreserve(ReservedKey key, long messageId) throws SQLException;

	/** Forgets a reservation unless it changed since it was read. */
	void forget(ShardReader.Reservation stale) throws SQLException;

	/** Returns which of the rows are stored, outside of a transaction. */
	boolean isStored(long id) throws SQLException;

	/**
	 * Returns whether the run has ended under its own fence, outside of a transaction.
	 */
	boolean isEndedBy(RunKey key) throws SQLException;

	/** Gives back rows that a claim took whose commit failed. */
	void unclaim(List<RunKey> keys) throws SQLException;

	/** Refreshes what another process may have changed. */
	void refresh() throws SQLException;

	/**
	 * Returns what was stored since the last call without {@link #insert}, and forgets
	 * it.
	 */
	List<Insertion> takeStored();

	/**
	 * Gives what has ended in the transaction to the messages that wait for it: they are
	 * set free, or end too. Reads nothing while nobody has waited for what ended.
	 */
	void passOn() throws SQLException;

	/** Passes on, returns what ended since the last call, and forgets it. */
	List<StoreListener.Ended> takeEnded() throws SQLException;

	/** Returns what was taken back since the last call and forgets it. */
	List<StoreListener.TakenBack> takeTakenBack();

}
