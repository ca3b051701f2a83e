package io.github.queuesqlite.worker;

import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.StoredMessage;

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
	 * @param running the message whose run enqueues it
	 * @return with an id of the shard of that, or of the one where its keys are at home;
	 * without a bound
	 * @throws IllegalArgumentException if it is refused as an enqueue would refuse it
	 */
	Insertion prepare(NewMessage message, StoredMessage running);

}
