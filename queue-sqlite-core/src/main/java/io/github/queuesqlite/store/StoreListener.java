package io.github.queuesqlite.store;

import java.util.List;

import io.github.queuesqlite.message.MessageState;
import org.jspecify.annotations.Nullable;

/**
 * Is told what a commit changed, whoever asked for it in this process.
 * <p>
 * <b>Threads:</b> called on writer threads after the commit, after the completions of the
 * same batch: must be quick, must not block, throw, or run user code.
 */
public interface StoreListener {

	/**
	 * Returns whether it wants to hear of {@link #stored}. Asked in each transaction that
	 * stores something.
	 * @return false for one that does not, and costs nothing then
	 */
	default boolean wantsStored() {
		return false;
	}

	/**
	 * Messages were stored, and are claimed later only.
	 * @param messages those that were; not those whose key was taken
	 */
	default void stored(List<Insertion> messages) {
	}

	/**
	 * Messages that had started wait for their next attempt: their owner died, or left.
	 * @param messages what is known of them
	 */
	default void takenBack(List<TakenBack> messages) {
	}

	/**
	 * Messages ended or were deleted.
	 * @param messages what is known of them
	 */
	default void ended(List<Ended> messages) {
	}

	/**
	 * Somebody asked to cancel a message that an instance of this process runs.
	 * @param key the run
	 */
	default void cancelRequested(RunKey key) {
	}

	/**
	 * Messages were stored or changed that wait for their time or expire.
	 * @param earliest the least of their due times and expiries, epoch milliseconds
	 */
	default void dueChanged(long earliest) {
	}

	/**
	 * A schedule fires earlier than any did before, by this process or another one.
	 * @param earliest when, epoch milliseconds
	 */
	default void firingChanged(long earliest) {
	}

	/**
	 * A transaction has committed messages that are to be handed over to other shards.
	 */
	default void relaysAdded() {
	}

	/**
	 * Queues or tasks were paused or resumed, by this process or another one, or by their
	 * time.
	 * @param pauses all that is paused
	 */
	default void pausesChanged(Pauses pauses) {
	}

	/**
	 * Permits were given, given back or waited for, by this process or another one.
	 */
	default void permitsChanged() {
	}

	/**
	 * An instance of this process was taken for dead: its runs are lost.
	 * @param epoch the dead epoch
	 */
	default void declaredDead(long epoch) {
	}

	/**
	 * A message that was taken back from its owner.
	 *
	 * @param id the message
	 * @param queue its queue
	 * @param task its task
	 * @param failure how its attempt ended
	 */
	record TakenBack(long id, String queue, String task, FailureRecord failure) {

	}

	/**
	 * A message that ended.
	 *
	 * @param id the message
	 * @param queue its queue
	 * @param task its task
	 * @param state how it ended; null when it was deleted
	 * @param resultCodec who wrote the result; null for none
	 * @param result null for none
	 * @param failure its latest failure; null for none
	 */
	record Ended(long id, String queue, String task, @Nullable MessageState state, @Nullable String resultCodec,
			byte @Nullable [] result, @Nullable FailureRecord failure) {

	}

}
