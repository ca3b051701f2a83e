package io.github.queuesqlite.store;

import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * A standing demand for messages of one queue: a lane. Each shard's writer asks it, in
 * every transaction, how many it wants, claims as many, and hands them over after the
 * commit.
 * <p>
 * <b>Threads:</b> called on the writer threads of all shards: must be quick, must not
 * block, throw, or run user code.
 */
public interface Claimer {

	/**
	 * Stands, as this very instance, for all tasks of a queue, whatever they are called.
	 */
	Set<String> EVERY_TASK = Set.of("*");

	/** No more messages are claimed at once, however many it has room for. */
	int MOST_MESSAGES = 1000;

	/**
	 * Returns whether a task is among those that a claimer can run.
	 * @param tasks names, or {@link #EVERY_TASK}
	 * @param task the task
	 * @return true also for a task that nobody named when it is every task
	 */
	static boolean takes(Set<String> tasks, String task) {
		return tasks == EVERY_TASK || tasks.contains(task);
	}

	/**
	 * Returns the queue it claims from.
	 * @return the name
	 */
	String queue();

	/**
	 * Returns the tasks it can run.
	 * @return names, the same instance while nothing changed; or {@link #EVERY_TASK}
	 */
	Set<String> tasks();

	/**
	 * Returns who owns what it claims.
	 * @return a registered instance
	 */
	StoreInstance owner();

	/**
	 * Returns whether it surely wants nothing now: then nothing is read for it, and it is
	 * not asked.
	 * @return false for a claimer that has to be asked, and while an answer that it gave
	 * holds
	 */
	default boolean wantsNothing() {
		return false;
	}

	/**
	 * Returns whether its room is shared with other claimers, so that it has to be told
	 * what is {@link #ready} before one of them is asked.
	 * @return false for a claimer whose room is its own
	 */
	default boolean sharesRoom() {
		return false;
	}

	/**
	 * Says what a shard has for it, for those that {@linkplain #sharesRoom() share room}:
	 * before it asks one of them, and when it gives up a transaction. What it was
	 * answered before holds no more.
	 * @param shard the shard
	 * @param bestReady the best priority that is READY there for its queue and tasks; the
	 * least int for none
	 */
	default void ready(int shard, int bestReady) {
	}

	/**
	 * Returns how many more messages it wants from the shard now; where one permit is for
	 * several messages of a task, how many permits it has for them. The answer holds
	 * until {@link #claimed} or the next question of the same shard, and what other
	 * shards are told meanwhile leaves it out.
	 * @param shard the shard that asks
	 * @param bestReady the best priority that is READY there for its queue and tasks
	 * @return 0 for none
	 */
	int wanted(int shard, int bestReady);

	/**
	 * Takes what was claimed, after the commit. Called once after each answer greater
	 * than 0, also when nothing was claimed or the transaction failed: other shards may
	 * have what this one had not.
	 * @param shard the shard
	 * @param messages RUNNING messages owned by {@link #owner()}, best first; empty for
	 * none
	 */
	void claimed(int shard, List<StoredMessage> messages);

	/**
	 * Returns how many messages of each task it may be given. What is claimed for it
	 * keeps what it took, until its claimer gives it back.
	 * @return {@link Quota#UNLIMITED} for any number
	 */
	default Quota quota() {
		return Quota.UNLIMITED;
	}

	/**
	 * Says, before it is asked, that a shard has messages with concurrency keys: whatever
	 * is claimed before it is needed stands in the way of another key's.
	 */
	default void keysWait() {
	}

	/**
	 * Returns the tasks that it can run and that are not among {@link #tasks()} now only
	 * because it has no permit for them.
	 * @return names, mostly none
	 */
	default Set<String> unpermitted() {
		return Set.of();
	}

	/**
	 * Says that a shard has a message of one of {@link #unpermitted()}.
	 * @param shard the shard
	 * @param task the task
	 */
	default void missesPermit(int shard, String task) {
	}

	/**
	 * Returns whether it would run a suspect now. Asked only while the shard has one for
	 * its queue and tasks; what it says binds nobody.
	 * @param shard the shard that asks
	 * @param seq the order number of the suspect that waits longest there
	 * @return false for a claimer that never does
	 */
	default boolean wantsSuspect(int shard, long seq) {
		return false;
	}

	/**
	 * Makes room for one suspect, until {@link #claimedSuspect} tells what came of it.
	 * @param shard the shard that asks
	 * @return false when there is none
	 */
	default boolean reserveForSuspect(int shard) {
		return false;
	}

	/**
	 * Takes the suspect that was claimed, after the commit. Called once after each
	 * {@link #reserveForSuspect(int)} that said true, also when the transaction failed.
	 * @param suspect owned by {@link #owner()}; null for none
	 */
	default void claimedSuspect(@Nullable Suspect suspect) {
	}

	/**
	 * Forgets a shard, which is quarantined: it answers no more, and the end of what was
	 * claimed from it cannot be stored.
	 * @param shard the shard
	 */
	void quarantined(int shard);

}
