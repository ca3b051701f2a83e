package io.github.queuesqlite.autoconfigure;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import io.github.queuesqlite.autoconfigure.QueueProperties.Pool;
import io.github.queuesqlite.autoconfigure.QueueProperties.Queue;
import io.github.queuesqlite.autoconfigure.QueueProperties.Worker;
import io.github.queuesqlite.task.QueuePool;

/** Refuses pools that cannot be, or that contradict each other or their queues. */
final class PoolCheck {

	private final Map<String, Queue> queues;

	private final int workers;

	/** The pool of each queue that was seen. */
	private final Map<String, String> pooled = new HashMap<>();

	private PoolCheck(Map<String, Queue> queues, Worker worker) {
		this.queues = queues;
		this.workers = worker.concurrency();
	}

	static void check(Map<String, Pool> pools, Map<String, Queue> queues, Worker worker) {
		PoolCheck check = new PoolCheck(queues, worker);
		pools.forEach(check::check);
	}

	private void check(String name, Pool pool) {
		PropertyCheck.nameBelow("pools", name);
		String property = "pools." + name;
		PropertyCheck.range(property + ".concurrency", pool.concurrency(), 1, QueuePool.MAX_CONCURRENCY);
		if (pool.queues().isEmpty()) {
			throw PropertyCheck.refused(property + ".queues", null, "must name the queues that share the pool");
		}
		Set<String> seen = new HashSet<>();
		for (String queue : pool.queues()) {
			PropertyCheck.nameBelow(property + ".queues", queue);
			if (!seen.add(queue)) {
				throw PropertyCheck.refused(property + ".queues", pool.queues(),
						"must name each queue once, names '%s' twice".formatted(queue));
			}
			checkQueue(name, pool, queue);
		}
		pool.weights().forEach((queue, weight) -> checkWeight(name, pool, queue, weight));
	}

	private void checkQueue(String name, Pool pool, String queue) {
		String other = this.pooled.put(queue, name);
		if (other != null) {
			throw PropertyCheck.refused("pools." + name + ".queues", pool.queues(),
					"must name no queue of another pool: '%s' is in pool '%s'".formatted(queue, other));
		}
		Queue settings = this.queues.get(queue);
		Integer own = (settings != null) ? settings.concurrency() : null;
		int most = pool.concurrency(this.workers);
		if (own != null && own > most) {
			throw PropertyCheck.refused("queues." + queue + ".concurrency", own,
					"must be at most %d, the concurrency of its pool '%s'".formatted(most, name));
		}
	}

	private static void checkWeight(String name, Pool pool, String queue, int weight) {
		String property = "pools." + name + ".weights." + queue;
		PropertyCheck.range(property, weight, 1, QueuePool.MAX_WEIGHT);
		if (!pool.queues().contains(queue)) {
			throw PropertyCheck.refused(property, weight, "must be of one of '%s.pools.%s.queues', which are %s"
				.formatted(PropertyCheck.PREFIX, name, pool.queues()));
		}
		if (pool.strategy() != QueuePool.Strategy.WEIGHTED) {
			throw PropertyCheck.refused(property, weight,
					"must not be set with another strategy than weighted: '%s.pools.%s.strategy' is %s"
						.formatted(PropertyCheck.PREFIX, name, PropertyCheck.dashed(pool.strategy())));
		}
	}

}
