package io.github.queuesqlite.worker;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;

import io.github.queuesqlite.store.ClaimOrder;
import io.github.queuesqlite.task.QueuePool;
import io.github.queuesqlite.task.RateLimit;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskInterceptor;
import org.jspecify.annotations.Nullable;

/**
 * How handlers run where their task says nothing.
 *
 * @param concurrency most handlers at once in each lane, 1 or more
 * @param queues queues with a lane of their own concurrency, 1 or more
 * @param pools pools of which each queue has a lane, by name
 * @param rates queues with a lane of which so many handlers may begin in how long
 * @param order in which order messages start
 * @param timeout longest run, more than 0
 * @param retry how failures are retried
 * @param drainTimeout how long a stop waits for running handlers, 0 or longer
 * @param probation how long a message is kept apart that runs again after its process
 * died, 0 or longer
 * @param virtualThreads whether handlers run on virtual threads; needs Java 21
 * @param executor what runs the handlers, not shut down; null for threads of our own
 * @param interceptors around every run, the first one outermost
 */
public record WorkerSettings(int concurrency, Map<String, Integer> queues, Map<String, QueuePool> pools,
		Map<String, RateLimit> rates, ClaimOrder order, Duration timeout, RetryPolicy retry, Duration drainTimeout,
		Duration probation, boolean virtualThreads, @Nullable Executor executor, List<TaskInterceptor> interceptors) {

	/**
	 * 8 handlers at once, 30 minutes each, 20 seconds to end at a stop, 10 seconds of
	 * probation.
	 */
	public static final WorkerSettings DEFAULT = new WorkerSettings(8, Map.of(), Map.of(), Map.of(), ClaimOrder.DEFAULT,
			Duration.ofMinutes(30), RetryPolicy.DEFAULT, Duration.ofSeconds(20), Duration.ofSeconds(10), false, null,
			List.of());

	public WorkerSettings {
		queues = Map.copyOf(queues);
		pools = Map.copyOf(pools);
		rates = Map.copyOf(rates);
		interceptors = List.copyOf(interceptors);
		checkConcurrency("concurrency", concurrency);
		queues.forEach((queue, most) -> checkConcurrency("concurrency of queue " + queue, most));
		checkPools(queues, pools);
		if (timeout.isNegative() || timeout.isZero()) {
			throw new IllegalArgumentException("'timeout' must be more than 0, was " + timeout);
		}
		if (drainTimeout.isNegative()) {
			throw new IllegalArgumentException("'drainTimeout' must be at least 0, was " + drainTimeout);
		}
		if (probation.isNegative()) {
			throw new IllegalArgumentException("'probation' must be at least 0, was " + probation);
		}
	}

	private static void checkConcurrency(String what, int concurrency) {
		if (concurrency < 1) {
			throw new IllegalArgumentException("'" + what + "' must be at least 1, was " + concurrency);
		}
	}

	/**
	 * Refuses pools that contradict each other or their queues.
	 * @param queues queues with a concurrency of their own
	 * @param pools pools, by name
	 * @throws IllegalArgumentException if a queue is in two pools, or may run more
	 * handlers than its pool
	 */
	public static void checkPools(Map<String, Integer> queues, Map<String, QueuePool> pools) {
		Map<String, String> pooled = new HashMap<>();
		pools.forEach((name, pool) -> pool.queues().forEach((queue) -> {
			String other = pooled.put(queue, name);
			if (other != null) {
				throw new IllegalArgumentException(
						"Queue '" + queue + "' must be in one pool at most, is in '" + other + "' and '" + name + "'");
			}
			Integer concurrency = queues.get(queue);
			if (concurrency != null && concurrency > pool.concurrency()) {
				throw new IllegalArgumentException("'concurrency of queue " + queue + "' must be at most "
						+ pool.concurrency() + ", the concurrency of its pool '" + name + "', was " + concurrency);
			}
		}));
	}

	/** Returns the queues that have a lane, whatever tasks there are. */
	Set<String> lanes() {
		Set<String> lanes = new TreeSet<>(this.queues.keySet());
		lanes.addAll(this.rates.keySet());
		this.pools.values().forEach((pool) -> lanes.addAll(pool.queues()));
		return lanes;
	}

	/** In a pool it is as much as there is, unless the queue has a bound of its own. */
	int concurrencyOf(String queue) {
		Integer own = this.queues.get(queue);
		if (own != null) {
			return own;
		}
		for (QueuePool pool : this.pools.values()) {
			if (pool.weights().containsKey(queue)) {
				return pool.concurrency();
			}
		}
		return this.concurrency;
	}

}
