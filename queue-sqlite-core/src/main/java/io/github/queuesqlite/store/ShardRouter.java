package io.github.queuesqlite.store;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;
import java.util.zip.CRC32C;

import org.jspecify.annotations.Nullable;

/**
 * Chooses the shard of a message. A key has one home: the shard of the stored layout with
 * the greatest weight for it (rendezvous hashing, so that a change of the layout moves as
 * few keys as can be). A message without keys goes to the shard with the shortest inbox.
 */
public final class ShardRouter {

	private final List<Integer> shards;

	private final IntUnaryOperator pending;

	private final AtomicInteger turn = new AtomicInteger();

	/**
	 * Creates a router.
	 * @param shards the shards of the layout that take new messages
	 * @param pending how many messages wait in a shard's inbox; {@link Integer#MAX_VALUE}
	 * for one that takes none
	 */
	public ShardRouter(List<Integer> shards, IntUnaryOperator pending) {
		this.shards = List.copyOf(shards);
		this.pending = pending;
	}

	/** Returns how many shards take new messages. */
	int shards() {
		return this.shards.size();
	}

	/** Returns how many messages wait in the inboxes of those that take some now. */
	SortedMap<Integer, Integer> open() {
		SortedMap<Integer, Integer> open = new TreeMap<>();
		for (int shard : this.shards) {
			int waiting = this.pending.applyAsInt(shard);
			if (waiting != Integer.MAX_VALUE) {
				open.put(shard, waiting);
			}
		}
		return open;
	}

	/**
	 * Returns where a message goes.
	 * @param keys its keys
	 * @return the home of its ordering or concurrency key, else of its unique key, else
	 * of its idempotency key, else the shard with the shortest inbox
	 */
	public int route(Keys keys) {
		if (keys.orderingKey() != null) {
			return homeOfLine(keys.orderingKey());
		}
		if (keys.concurrencyKey() != null) {
			return homeOfConcurrencyKey(keys.concurrencyKey());
		}
		if (keys.uniqueKey() != null) {
			return homeOfUnique(keys.task(), keys.uniqueKey());
		}
		if (keys.idempotencyKey() != null) {
			return homeOfIdempotency(keys.idempotencyKey());
		}
		return shortest();
	}

	/**
	 * Returns the home of a key: where it is reserved when its message is elsewhere.
	 * @param key the key
	 * @return the shard
	 */
	public int homeOf(ReservedKey key) {
		return (key.task() != null) ? homeOfUnique(key.task(), key.key()) : homeOfIdempotency(key.key());
	}

	/**
	 * Returns the home of an idempotency key.
	 * @param key the key
	 * @return the shard
	 */
	public int homeOfIdempotency(String key) {
		return home("i\0" + key);
	}

	/**
	 * Returns the home of a concurrency key.
	 * @param key the key
	 * @return the shard
	 */
	public int homeOfConcurrencyKey(String key) {
		return home("c\0" + key);
	}

	/**
	 * Returns the home of a limit.
	 * @param name its name
	 * @return the shard
	 */
	public int homeOfLimit(String name) {
		return home("l\0" + name);
	}

	/**
	 * Returns the home of a schedule, which is that of the line of its messages.
	 * @param name its name
	 * @return the shard
	 */
	public int homeOfSchedule(String name) {
		return homeOfLine(StoredSchedule.line(name));
	}

	private int homeOfLine(String orderingKey) {
		return home("o\0" + orderingKey);
	}

	private int homeOfUnique(String task, String key) {
		return home("u\0" + task + "\0" + key);
	}

	private int shortest() {
		int size = this.shards.size();
		if (size == 1) {
			return this.shards.get(0);
		}
		int start = Math.floorMod(this.turn.getAndIncrement(), size);
		int best = this.shards.get(start);
		int least = this.pending.applyAsInt(best);
		for (int i = 1; i < size && least > 0; i++) {
			int shard = this.shards.get((start + i) % size);
			int waiting = this.pending.applyAsInt(shard);
			if (waiting < least) {
				best = shard;
				least = waiting;
			}
		}
		return best;
	}

	private int home(String key) {
		CRC32C crc = new CRC32C();
		crc.update(key.getBytes(StandardCharsets.UTF_8));
		long hash = crc.getValue() << 32 | key.hashCode() & 0xFFFFFFFFL;
		int best = this.shards.get(0);
		long greatest = Long.MIN_VALUE;
		for (int shard : this.shards) {
			long weight = mix(hash ^ mix(shard + 1));
			if (weight > greatest) {
				greatest = weight;
				best = shard;
			}
		}
		return best;
	}

	/** The finalizer of SplitMix64: every input bit changes half of the output bits. */
	private static long mix(long value) {
		long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
		z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
		return z ^ (z >>> 31);
	}

}
