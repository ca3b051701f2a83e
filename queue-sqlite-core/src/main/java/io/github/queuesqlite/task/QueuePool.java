package io.github.queuesqlite.task;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.github.queuesqlite.message.Names;

/**
 * Workers that several queues share in one process: how many of their handlers run at
 * once, and which queue gets the next free one.
 *
 * @param concurrency most handlers at once of all its queues together, 1 to 10,000
 * @param strategy which queue is next
 * @param weights its queues, the first one first, at least one, with their weights, each
 * 1 to 1,000: how many messages it gets for one of a queue with the weight 1. All 1 but
 * with {@link Strategy#WEIGHTED}
 * @since 0.1.0
 */
public record QueuePool(int concurrency, Strategy strategy, Map<String, Integer> weights) {

	/** The greatest concurrency. */
	public static final int MAX_CONCURRENCY = 10_000;

	/** The greatest weight. */
	public static final int MAX_WEIGHT = 1_000;

	public QueuePool {
		Objects.requireNonNull(strategy, "'strategy' of a pool must not be null");
		weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
		check("concurrency of a pool", concurrency, MAX_CONCURRENCY);
		if (weights.isEmpty()) {
			throw new IllegalArgumentException("'queues' of a pool must name at least one queue");
		}
		for (Map.Entry<String, Integer> entry : weights.entrySet()) {
			Names.check("queue", entry.getKey());
			check("weight of queue " + entry.getKey(), entry.getValue(), MAX_WEIGHT);
			if (strategy != Strategy.WEIGHTED && entry.getValue() != 1) {
				throw new IllegalArgumentException("'weight of queue " + entry.getKey()
						+ "' must be 1 with the strategy " + strategy + ", was " + entry.getValue());
			}
		}
	}

	private static void check(String what, int value, int most) {
		if (value < 1 || value > most) {
			throw new IllegalArgumentException("'" + what + "' must be from 1 to " + most + ", was " + value);
		}
	}

	/**
	 * Returns a pool whose free workers go to the first queue that has work.
	 * @param concurrency most handlers at once, 1 to 10,000
	 * @param queues the first one first, each once
	 * @return the pool
	 */
	public static QueuePool strict(int concurrency, String... queues) {
		return new QueuePool(concurrency, Strategy.STRICT, equal(queues));
	}

	/**
	 * Returns a pool whose queues have work done by turns.
	 * @param concurrency most handlers at once, 1 to 10,000
	 * @param queues in the order of their turns, each once
	 * @return the pool
	 */
	public static QueuePool roundRobin(int concurrency, String... queues) {
		return new QueuePool(concurrency, Strategy.ROUND_ROBIN, equal(queues));
	}

	/**
	 * Returns a pool whose queues have shares.
	 * @param concurrency most handlers at once, 1 to 10,000
	 * @param weights by queue, each 1 to 1,000
	 * @return the pool
	 */
	public static QueuePool weighted(int concurrency, Map<String, Integer> weights) {
		return new QueuePool(concurrency, Strategy.WEIGHTED, weights);
	}

	private static Map<String, Integer> equal(String... queues) {
		Map<String, Integer> weights = new LinkedHashMap<>();
		for (String queue : queues) {
			if (weights.put(queue, 1) != null) {
				throw new IllegalArgumentException(
						"'queues' of a pool must name each queue once, was " + Arrays.toString(queues));
			}
		}
		return weights;
	}

	/**
	 * Returns its queues.
	 * @return the first one first
	 */
	public List<String> queues() {
		return List.copyOf(this.weights.keySet());
	}

	/** Which queue gets the next free worker, of those that have work that is due. */
	public enum Strategy {

		/**
		 * The first one in the order of the pool. One that always has work leaves nothing
		 * to those behind it.
		 */
		STRICT,

		/**
		 * The one that has had the fewest messages for its weight, counted while it had
		 * work: weights of 3 and 1 are three messages for one, however long they take.
		 */
		WEIGHTED,

		/** The one whose turn it is: one call of a handler each, in turn. */
		ROUND_ROBIN

	}

}
