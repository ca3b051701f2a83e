package io.github.queuesqlite.store;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

import io.github.queuesqlite.message.AuditEntry;
import io.github.queuesqlite.message.LogEntry;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.MessageTree;
import io.github.queuesqlite.message.Progress;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.message.StateChange;
import io.github.queuesqlite.message.TaskTotals;
import io.github.queuesqlite.task.RateLimit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps messages and hands them out: batches of commands in, outcomes out. Every store
 * passes the same conformance suite, {@code MessageStoreContract}.
 * <p>
 * <b>Durable:</b> whatever a method returns or a {@link Completion} is told is committed.
 * Inserts and the ends of runs are fsynced before that with durability {@code full}.
 * <p>
 * <b>Fence:</b> a statement that settles, extends or reports a run applies only while the
 * row is RUNNING under the same epoch and run.
 * <p>
 * <b>Threads:</b> safe for use by several threads. Methods without a completion block
 * their caller until the commit and must not be called from a {@link Completion},
 * {@link Claimer} or {@link StoreListener}: they throw {@link IllegalStateException}
 * there.
 * <p>
 * <b>Errors:</b> {@link io.github.queuesqlite.message.StoreUnavailableException} when the
 * store cannot be read or written; its {@code messageId} is what to look for when the
 * outcome is unknown.
 */
public interface MessageStore extends AutoCloseable {

	/**
	 * Joins the store under a new epoch.
	 * @param name for people: host and process id
	 * @return the instance
	 */
	StoreInstance register(String name);

	/**
	 * Leaves the store. What the instance still owns becomes READY again, its attempts
	 * counted where the run had started; DEAD where none is left.
	 * @param instance a registered instance
	 * @param maxAttempts attempts by task, for messages whose sender set none
	 */
	void deregister(StoreInstance instance, ToIntFunction<String> maxAttempts);

	/**
	 * Leaves the store without knowing the tasks: who claims next ends what has no
	 * attempt left, unless its sender said how many there are.
	 * @param instance a registered instance
	 */
	default void deregister(StoreInstance instance) {
		deregister(instance, (task) -> Integer.MAX_VALUE);
	}

	/**
	 * Tells a listener of every commit from now on.
	 * @param listener the listener
	 */
	void addListener(StoreListener listener);

	/**
	 * Forgets a listener.
	 * @param listener the listener
	 */
	void removeListener(StoreListener listener);

	/**
	 * Returns over how many shards new messages spread.
	 * @return 1 or more
	 */
	int shards();

	/**
	 * Returns the shards that take new messages at this moment.
	 * @return how many messages wait for their commit, by the number of the shard, in
	 * order
	 */
	SortedMap<Integer, Integer> openShards();

	/**
	 * Chooses the shard of a message and gives it an id there.
	 * @param instance who hands it in
	 * @param keys its keys: they decide the shard; without any, the shortest inbox does
	 * @return an id that nothing else has or will have
	 */
	long assignId(StoreInstance instance, Keys keys);

	/**
	 * Gives an id to a message whose shard is known: it is stored with the end of a run
	 * there, or somebody has chosen it.
	 * @param instance who hands it in
	 * @param shard the shard
	 * @return an id on that shard
	 */
	long assignId(StoreInstance instance, int shard);

	/**
	 * Gives an id to a message that is stored together with another one.
	 * @param instance who hands them in
	 * @param id of the other one
	 * @return an id on the same shard
	 */
	long assignIdBeside(StoreInstance instance, long id);

	/**
	 * Gives ids to several messages without keys, on one shard.
	 * @param instance who hands them in
	 * @param count how many
	 * @return rising ids
	 */
	long[] assignIds(StoreInstance instance, int count);

	/**
	 * Stores messages. Blocks its caller only while the shard's inbox is full. A row
	 * whose queue is full fails alone, see {@link Terms#bound()}.
	 * @param instance who hands them in
	 * @param rows messages whose ids name the same shard, at most 1,000
	 * @param completion told after the commit
	 * @throws io.github.queuesqlite.message.QueueFullException if the inbox stayed full
	 * @throws io.github.queuesqlite.message.QueueException if the thread was interrupted
	 * while it waited; the flag is kept
	 */
	void insert(StoreInstance instance, List<Insertion> rows, Completion<InsertResult> completion);

	/**
	 * Ends a run: status, result, attempt record and counters in one transaction. Never
	 * blocks. After a fault of the disk it is tried again until the store is closed.
	 * @param settlement how it ends
	 * @param completion told after the commit
	 */
	void settle(Settlement settlement, Completion<SettleResult> completion);

	/**
	 * Adds a standing demand.
	 * @param claimer the lane
	 */
	void attach(Claimer claimer);

	/**
	 * Removes a standing demand. When it returns, no more messages are claimed for it;
	 * those claimed before were handed over. Does not wait for that where a shard cannot
	 * be written, nor when the thread is interrupted; the flag is kept.
	 * @param claimer the lane, which gives back what comes late
	 */
	void detach(Claimer claimer);

	/** Says that a claimer wants more or other messages than when it was asked last. */
	void demandChanged();

	/**
	 * Has every shard ask the claimers, and returns once they were handed what was
	 * claimed for them then. One shard that cannot be written does not keep the others
	 * from it.
	 * @throws io.github.queuesqlite.message.StoreUnavailableException if no shard can be
	 * written
	 */
	void askClaimers();

	/**
	 * Claims messages once, suspects too: to run them apart is the caller's to do.
	 * @param owner who owns them then
	 * @param queue the queue
	 * @param tasks the tasks, or {@link Claimer#EVERY_TASK}
	 * @param max how many at most, over all shards
	 * @return RUNNING messages, best first; none of a queue or task that is paused
	 */
	List<StoredMessage> claim(StoreInstance owner, String queue, Set<String> tasks, int max);

	/**
	 * Claims one message, whatever goes before it in its queue.
	 * @param owner who owns it then
	 * @param message as it was found
	 * @param completion told after the commit: the RUNNING message; none when it is no
	 * longer READY, its queue or its task is paused, or it is a suspect
	 */
	void claim(StoreInstance owner, StoredMessage message, Completion<List<StoredMessage>> completion);

	/**
	 * Sets, in all shards, how many messages of some tasks may run at once for each
	 * concurrency key. Holds until it is set anew.
	 * @param limits by task, 1 or more; null for any number
	 */
	void declareKeyLimits(Map<String, @Nullable Integer> limits);

	/**
	 * Sets, in all shards, how many messages of some tasks may begin in how long for each
	 * concurrency key. Holds until it is set anew.
	 * @param rates by task; null for any number
	 */
	void declareKeyRates(Map<String, @Nullable RateLimit> rates);

	/**
	 * Says that the handlers of some runs have begun. Until it is said, or a run has
	 * ended, the token it was let through with leaves no room for another one of its
	 * concurrency key. Fsynced with durability {@code full}.
	 * @param runs those that are lost are passed by
	 */
	void begun(List<RunKey> runs);

	/**
	 * Sets, in all shards, how many messages of a concurrency key are let through
	 * together when its turn comes. Holds until it is set anew.
	 * @param concurrencyKey the key
	 * @param weight 1 to 1,000; 1 for a key that nobody has weighed
	 */
	void weigh(String concurrencyKey, int weight);

	/**
	 * Brings what an instance has of the permits of some limits to what it wants, as far
	 * as there are some. Together all instances never have more than a limit says. When
	 * others want some too, whoever waits longest is given the next one, and nobody more
	 * than a share. What a dead instance had is free.
	 * @param owner the instance
	 * @param wishes one for each limit
	 * @return what it has now by limit; without those of shards that are quarantined
	 */
	Map<String, PermitState> permits(StoreInstance owner, List<PermitWish> wishes);

	/**
	 * Takes note of what an instance has done with the tokens of some rates, and gives it
	 * further ones, as far as there are some. In any span of time all instances use at
	 * most as many as come in and what the bucket holds. What a dead instance had is
	 * lost.
	 * @param owner the instance
	 * @param wishes one for each rate
	 * @return what it has now by rate; without those of shards that are quarantined
	 */
	Map<String, TokenState> tokens(StoreInstance owner, List<TokenWish> wishes);

	/**
	 * Moves the deadline of a run.
	 * @param key the run
	 * @param deadline epoch milliseconds
	 * @return false when the run is no longer its owner's
	 */
	boolean extend(RunKey key, long deadline);

	/**
	 * Stores what the handler of a run has done, so that no retry does it again. A step
	 * is forgotten when its message is COMPLETED or deleted.
	 * @param key the run
	 * @param step at the position behind all that are stored
	 * @return false when the run is no longer its owner's
	 */
	boolean addStep(RunKey key, StoredStep step);

	/**
	 * Reads what the handler of a message has done already.
	 * @param id the message
	 * @return in order
	 */
	List<StoredStep> steps(long id);

	/**
	 * Stores what the handler of a run says, also just after the run has ended. Never
	 * blocks. Need not be fsynced: power loss may take it.
	 * @param key the run
	 * @param report what it says
	 * @param completion told after the commit: false when the run is no longer its
	 * owner's, and nothing is stored
	 */
	void report(RunKey key, RunReport report, Completion<Boolean> completion);

	/**
	 * Reads how far the handlers of some messages said they are.
	 * @param messages as they were read
	 * @return by id; without those that said nothing
	 */
	Map<Long, Progress> progress(Collection<StoredMessage> messages);

	/**
	 * Reads which instances own some messages.
	 * @param messages as they were read
	 * @return the names of the instances, by the ids of the messages; without those whose
	 * owner nobody remembers
	 */
	Map<Long, String> owners(Collection<StoredMessage> messages);

	/**
	 * Reads what the handler of a message said.
	 * @param id the message
	 * @return the latest {@link RunReport#MOST_ENTRIES}, oldest first
	 */
	List<LogEntry> log(long id);

	/**
	 * Reads the states that a message went through, as far as that was recorded and is
	 * kept: also of one that is gone.
	 * @param id the message
	 * @return oldest first
	 */
	List<StateChange> history(long id);

	/**
	 * Reads a message.
	 * @param id the id
	 * @return empty when it is not stored
	 */
	Optional<StoredMessage> find(long id);

	/**
	 * Reads several messages.
	 * @param ids any number
	 * @return those that are stored, in no order
	 */
	List<StoredMessage> findAll(List<Long> ids);

	/**
	 * Reads a message by its idempotency key.
	 * @param idempotencyKey the key
	 * @return empty when none has it
	 */
	Optional<StoredMessage> findByKey(String idempotencyKey);

	/**
	 * Reads messages.
	 * @param query which
	 * @return in the order of their ids, at most its limit
	 */
	List<StoredMessage> list(MessageQuery query);

	/**
	 * Looks through messages, newest first, in bounded time.
	 * @param query which; {@code after} means older ones
	 * @return what was found, and where to go on
	 */
	StoredPage browse(MessageQuery query);

	/**
	 * Reads the messages that ended last.
	 * @param state how they ended
	 * @param max how many at most
	 * @return the latest end first
	 */
	List<StoredMessage> endedLately(MessageState state, int max);

	/**
	 * Returns whether a message is RUNNING, READY, or SCHEDULED and due or waiting for a
	 * retry rather than for the time its sender chose. A message that changes between
	 * these states during the call is not missed.
	 * @param hosted whether messages of the queue and task (in this order) concern the
	 * caller
	 * @param now epoch milliseconds
	 * @return true when there is at least one
	 */
	boolean hasRunnable(BiPredicate<String, String> hosted, long now);

	/**
	 * Returns whether a message is RUNNING, or READY and held back by no key.
	 * @param hosted whether messages of the queue and task (in this order) concern the
	 * caller
	 * @return true when there is at least one
	 */
	boolean hasStartable(BiPredicate<String, String> hosted);

	/**
	 * Reads the messages that were stored together with one.
	 * @param id any of them
	 * @return empty when it is not stored
	 */
	Optional<MessageTree> tree(long id);

	/**
	 * Cancels the messages that were stored together with one, in one transaction.
	 * @param id any of them
	 * @return how many were cancelled, or asked to stop
	 */
	int cancelTree(long id);

	/**
	 * Counts what became of those that a message waits or waited for. Once it waits no
	 * more, those that are deleted do not count.
	 * @param id the message
	 * @return empty when it waits for nothing and never did, or they are all deleted
	 */
	Optional<Arrivals> arrivals(long id);

	/**
	 * Reads a message with what decides in its shard whether it runs.
	 * @param id the id
	 * @return empty when it is not stored
	 */
	Optional<Situation> situation(long id);

	/**
	 * Counts the READY messages that go before one.
	 * @param message the message, READY
	 * @param tasks those of which they count
	 * @param newestFirst whether the newest of its queue is next
	 * @param most where to stop
	 * @return at most so many
	 */
	int ahead(StoredMessage message, Predicate<String> tasks, boolean newestFirst, int most);

	/**
	 * Counts the messages that some instances have claimed and not ended.
	 * @param epochs the instances
	 * @return by instance, queue and task
	 */
	List<RunCount> running(Collection<Long> epochs);

	/**
	 * Reads some of the messages of a task that an instance has claimed and not ended.
	 * @param epoch the instance
	 * @param task the task
	 * @param exceptQueues without those of these queues
	 * @param most how many at most
	 * @return the longest running first
	 */
	List<Situation.Other> running(long epoch, String task, Set<String> exceptQueues, int most);

	/**
	 * Returns how quickly messages of a queue were completed of late.
	 * @param queue the queue
	 * @param window how far to look back at most
	 * @return how many in a second; too few, or 0, where they are not kept
	 */
	double pace(String queue, Duration window);

	/**
	 * Reads a limit or rate, with who has what of it.
	 * @param name as {@link QueueStats.LimitStats} says, but for those of keys
	 * @return empty when nobody has declared it
	 */
	Optional<LimitUse> limit(String name);

	/**
	 * Reads the failed attempts of a message.
	 * @param id the message
	 * @return oldest first
	 */
	List<FailureRecord> failures(long id);

	/**
	 * Cancels a message.
	 * @param id the message
	 * @return what changed
	 */
	CancelResult cancel(long id);

	/**
	 * Makes a DEAD, CANCELLED or EXPIRED message READY, its attempts and expiry cleared.
	 * @param id the message
	 * @return false when it is none of these, or its unique key is taken
	 */
	boolean retry(long id);

	/**
	 * Retries messages.
	 * @param query which; its limit is ignored
	 * @return how many
	 */
	int retryAll(MessageQuery query);

	/**
	 * Deletes a message and the record of its attempts.
	 * @param id the message
	 * @return false when it is RUNNING or not stored
	 */
	boolean delete(long id);

	/**
	 * Deletes messages.
	 * @param query which; its limit is ignored, RUNNING ones stay
	 * @return how many
	 */
	int purge(MessageQuery query);

	/**
	 * Replaces a payload while READY or SCHEDULED.
	 * @param id the message
	 * @param codec who wrote it; null for none
	 * @param payload null for none
	 * @return false when it is in another state or not stored
	 */
	boolean updatePayload(long id, @Nullable String codec, byte @Nullable [] payload);

	/**
	 * Moves the due time while READY or SCHEDULED.
	 * @param id the message
	 * @param runAt epoch milliseconds
	 * @return false when it is in another state or not stored
	 */
	boolean reschedule(long id, long runAt);

	/**
	 * Pauses all queues in all shards, beside what is paused by name. Of several pauses
	 * the latest holds.
	 * @param until when it ends by itself, epoch milliseconds;
	 * {@link Pauses#UNTIL_RESUMED} for never
	 */
	void pauseAll(long until);

	/** Ends the pause of all queues in all shards. What is paused by name stays so. */
	void resumeAll();

	/**
	 * Pauses a queue in all shards. Of several pauses the latest holds.
	 * @param queue the name
	 * @param until when it ends by itself, epoch milliseconds;
	 * {@link Pauses#UNTIL_RESUMED} for never
	 */
	void pause(String queue, long until);

	/**
	 * Pauses a queue in all shards until it is resumed.
	 * @param queue the name
	 */
	default void pause(String queue) {
		pause(queue, Pauses.UNTIL_RESUMED);
	}

	/**
	 * Resumes a queue in all shards.
	 * @param queue the name
	 */
	void resume(String queue);

	/**
	 * Pauses a task in all shards and queues. Of several pauses the latest holds.
	 * @param task the name
	 * @param until when it ends by itself, epoch milliseconds;
	 * {@link Pauses#UNTIL_RESUMED} for never
	 */
	void pauseTask(String task, long until);

	/**
	 * Resumes a task in all shards.
	 * @param task the name
	 */
	void resumeTask(String task);

	/**
	 * Pauses a key in all shards: nothing whose ordering or concurrency key it is becomes
	 * RUNNING. Of several pauses the latest holds.
	 * @param key the key
	 * @param until epoch milliseconds when it ends by itself,
	 * {@link Pauses#UNTIL_RESUMED} for never
	 */
	void pauseKey(String key, long until);

	/**
	 * Resumes a key in all shards.
	 * @param key the key
	 */
	void resumeKey(String key);

	/**
	 * Notes what somebody has done to the queue, in the first shard that can be written.
	 * @param entry what
	 */
	void audit(AuditEntry entry);

	/**
	 * Reads what people have done to the queue.
	 * @param max how many at most
	 * @return the latest first
	 */
	List<AuditEntry> audit(int max);

	/**
	 * Returns what is paused.
	 * @return without what is so no more since its time is over
	 */
	Pauses pauses();

	/**
	 * Reads the counters.
	 * @return by queue, task and state, over all shards
	 */
	List<QueueStats.Count> counts();

	/**
	 * Reads what happened, by queue and task.
	 * @return over all shards
	 */
	List<TaskTotals> totals();

	/**
	 * Reads the limits and weights.
	 * @return by name
	 */
	List<QueueStats.LimitStats> limits();

	/**
	 * Changes a limit that somebody has declared. Holds until it is changed again.
	 * @param name as {@link QueueStats.LimitStats} says, but for weights
	 * @param most 1 or more; null for what is declared
	 * @return false when nobody has declared it
	 */
	boolean changeLimit(String name, @Nullable Integer most);

	/**
	 * Returns since when the oldest READY message of each queue has been ready to run.
	 * @return by queue the least due time of those that are first in line at their
	 * priority, epoch milliseconds; one that was put off and back may be older
	 */
	Map<String, Long> oldestReady();

	/**
	 * Returns the shards' state.
	 * @return in the order of their numbers
	 */
	List<QueueStats.ShardStats> shardStats();

	/**
	 * Returns the instances that are not declared dead.
	 * @return in the order of their epochs
	 */
	List<QueueStats.InstanceStats> instanceStats();

	/**
	 * Writes to each shard, to see that it can be written.
	 * @return why it cannot, by shard; empty when all can
	 */
	Map<Integer, String> probe();

	/**
	 * Returns when the next message becomes due or expires, or a pause ends.
	 * @return epoch milliseconds, never later than it will be; it may be earlier when
	 * that message has been claimed, cancelled or deleted, until {@link #promoteDue()} at
	 * that time. {@link Long#MAX_VALUE} when none will
	 */
	long nextDueAt();

	/**
	 * Makes waiting messages EXPIRED whose time to live is over, and due ones READY, in
	 * small steps, and ends the pauses whose time is over.
	 * @return how many this step changed; 0 when nothing is left to change
	 */
	int promoteDue();

	/**
	 * Looks which tasks no instance hosts, and makes those of their messages EXPIRED that
	 * have been READY for as long as a rule says, when their task was not hosted all that
	 * time, in small steps. Those that a key holds back follow when it lets them through.
	 * @param rule for how long
	 * @return what expired in this step; empty when nothing is left to expire
	 */
	List<UnhostedMessages> expireUnhosted(UnhostedRule rule);

	/**
	 * Reads the schedules.
	 * @return by name; without those of shards that are quarantined
	 */
	List<StoredSchedule> schedules();

	/**
	 * Reads a schedule.
	 * @param name its name
	 * @return empty when there is none
	 */
	Optional<StoredSchedule> schedule(String name);

	/**
	 * Reads the schedules that fire and are due. One that code declares fires only while
	 * an instance declares it that was not declared dead.
	 * @param now epoch milliseconds
	 * @param max how many of each shard at most
	 * @return the longest due of each shard first
	 */
	List<StoredSchedule> dueSchedules(long now, int max);

	/**
	 * Stores a schedule: a new one when its revision is 0, else the one that had its
	 * revision when it was read. What it has done so far stays as it is stored.
	 * @param schedule the schedule
	 * @return false when there is one already, or it has changed meanwhile
	 */
	boolean putSchedule(StoredSchedule schedule);

	/**
	 * Deletes a schedule.
	 * @param schedule as it was read
	 * @return false when it has changed meanwhile
	 */
	boolean deleteSchedule(StoredSchedule schedule);

	/**
	 * Says whether an instance declares a schedule, until it leaves or is declared dead.
	 * @param schedule its name
	 * @param instance the instance
	 * @param declares whether it does
	 */
	void declareSchedule(String schedule, StoreInstance instance, boolean declares);

	/**
	 * Stores the messages of slots, and the next slot, in one transaction.
	 * @param firing what is due; its messages have ids of the shard of the schedule, as
	 * {@link #assignId} gives them for {@link StoredSchedule#line(String)}
	 * @return empty when the schedule has changed meanwhile: nothing is stored
	 * @throws io.github.queuesqlite.message.StoreUnavailableException if nothing is
	 * stored, or nobody knows
	 */
	Optional<Firing.Outcome> fire(Firing firing);

	/**
	 * Returns whether a message may be under way that the end of a run has enqueued for
	 * another shard.
	 * @return false mostly
	 */
	boolean isAnyRelay();

	/**
	 * Hands such messages over: those that this instance has committed, and those of dead
	 * ones. Blocks until committed. By one thread of an instance at a time.
	 * @param instance who hands them over
	 * @return how many have arrived
	 * @throws io.github.queuesqlite.message.QueueException if some have not, other than
	 * for a quarantined shard
	 */
	int handOver(StoreInstance instance);

	/**
	 * Returns when the next schedule fires.
	 * @return epoch milliseconds; {@link Long#MAX_VALUE} when none will
	 */
	long nextFiringAt();

	/**
	 * Deletes ended messages that retention does not keep, in small steps. The store may
	 * delete by count with the commits of other commands too.
	 * @param byAge whether those are deleted that are too old by the wall clock; those
	 * that are too many are in any case
	 * @return how many this step deleted; 0 when nothing is left to delete
	 */
	int prune(boolean byAge);

	/**
	 * Deletes ended messages that retention does not keep, in small steps.
	 * @return how many this step deleted; 0 when nothing is left to delete
	 */
	default int prune() {
		return prune(true);
	}

	/**
	 * Gives the sign of life.
	 * @param instance a registered instance
	 * @return false when the instance was declared dead
	 */
	boolean beat(StoreInstance instance);

	/**
	 * Notes what an instance takes, for those who ask why a message waits. Need not be
	 * fsynced.
	 * @param instance a registered instance
	 * @param hosting what it takes
	 * @return false when a shard does not know it: to be tried again
	 */
	boolean host(StoreInstance instance, Hosting hosting);

	/**
	 * Reads the instances that are not dead, or still own messages although they are: who
	 * wanted to take them back came to its own end.
	 * @return over all shards, each epoch once
	 */
	List<Peer> peers();

	/**
	 * Returns a number that changes, soon, once another instance has come: the time to
	 * look at {@link #peers()} again. Costs next to nothing.
	 * @return any number; always the same where nobody can tell
	 */
	long arrivals();

	/**
	 * Returns whether the process of the instance is gone: the OS has freed its lock.
	 * @param peer an instance
	 * @return false when it lives or nobody can tell
	 */
	boolean isGone(Peer peer);

	/**
	 * Declares an instance dead and takes back what it owned: READY with the attempt
	 * counted where the run had started, DEAD where none is left. What had started is a
	 * suspect from then on, until a run of it ends with its process alive: a
	 * {@link Claimer} gets suspects one by one.
	 * @param peer the instance as it was seen; one that is neither dead nor gone is left
	 * alone when it has given a sign of life since
	 * @param maxAttempts attempts by task, for messages whose sender set none
	 * @return how many messages were taken back; empty when the instance lives
	 */
	OptionalInt rescue(Peer peer, ToIntFunction<String> maxAttempts);

	/**
	 * Returns the files, for those who look after them while they are in use.
	 * @return in the order in which several of them may be held still; none where others
	 * look after them
	 */
	List<StoreFile> files();

	/** Moves the write-ahead log into the database files. */
	void checkpoint();

	/**
	 * Commits what was handed in, deregisters the instances registered here, then closes
	 * the files. Idempotent.
	 */
	@Override
	void close();

}
