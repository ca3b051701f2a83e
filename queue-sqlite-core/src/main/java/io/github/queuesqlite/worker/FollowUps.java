package io.github.queuesqlite.worker;

import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.store.Insertion;

/**
 * Makes what a run enqueues ready to be stored with its end.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
@FunctionalInterface
public interface FollowUps {

	/**
	 * Makes a message ready.
	 * @param message what the handler enqueues
	 * @param shard where its run will end
	 * @return with an id of that shard, and without a bound
	 * @throws IllegalArgumentException if it cannot be stored there
	 */
	Insertion prepare(NewMessage message, int shard);

}
