package io.github.queuesqlite;

import java.util.List;
import java.util.OptionalInt;

import io.github.queuesqlite.message.NewMessage;

/**
 * Says in which shard a message without keys is stored, in place of the one with the
 * shortest inbox: those of a tenant in a file of their own, say. <pre>{@code
 * (message, shards) -> OptionalInt.of(message.tags().contains("bulk") ? 0 : 1)
 * }</pre>
 * <p>
 * It is asked for messages that an application hands in without ordering, concurrency,
 * unique and idempotency key: a key decides the shard of its message. Of a chain it is
 * asked with the first message, of a group with the first member; all of it goes there.
 * What handlers enqueue is stored beside the message they handle. It is not asked while
 * there is one shard only.
 * <p>
 * The shard decides about files and cores, not about who works: all processes take
 * messages of all shards. No order over shards is promised. A queue with a greatest
 * length has an equal part of it in each shard, and a message that its chooser sends to a
 * full one goes to no other.
 * <p>
 * <b>Threads:</b> called by all threads that hand in, at once; must be quick, and must
 * not hand in messages.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ShardChooser {

	/**
	 * Chooses a shard.
	 * @param message what is to be stored, as interceptors have made it
	 * @param shards those that take new messages at this moment, in the order of their
	 * numbers; at least one
	 * @return the number of a shard; empty for the one with the shortest inbox. That one
	 * is taken too when the chosen shard is there and takes no new messages. For a number
	 * that no shard has, and when this throws, the enqueue fails with a
	 * {@link io.github.queuesqlite.message.QueueException} and nothing is stored
	 */
	OptionalInt choose(NewMessage message, List<OpenShard> shards);

	/**
	 * A shard that takes new messages.
	 *
	 * @param number its number, from 0; there may be gaps
	 * @param pending messages that were handed in and wait for their commit
	 */
	record OpenShard(int number, int pending) {

	}

}
