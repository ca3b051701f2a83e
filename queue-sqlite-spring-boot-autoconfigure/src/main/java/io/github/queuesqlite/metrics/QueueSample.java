package io.github.queuesqlite.metrics;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueStats;

/** The numbers of one moment, laid out for gauges: each is one map read. */
final class QueueSample {

	static final QueueSample EMPTY = new QueueSample(
			new QueueStats(List.of(), Map.of(), List.of(), Set.of(), Set.of(), List.of(), List.of(), List.of()));

	private final Map<String, long[]> counts = new HashMap<>();

	private final Map<String, Long> unserved = new HashMap<>();

	private final Map<String, Long> oldestAges = new HashMap<>();

	private final Map<Integer, QueueStats.ShardStats> shards = new HashMap<>();

	private final Set<String> queues;

	QueueSample(QueueStats stats) {
		this.queues = new TreeSet<>(stats.queues());
		stats.counts().forEach((count) -> add(stats, count));
		stats.oldestReadyAges().forEach((queue, age) -> this.oldestAges.put(queue, age.toMillis()));
		stats.shards().forEach((shard) -> this.shards.put(shard.shard(), shard));
	}

	private void add(QueueStats stats, QueueStats.Count count) {
		int state = count.state().ordinal();
		this.counts.computeIfAbsent(count.queue(), (queue) -> new long[MessageState.values().length])[state] += count
			.messages();
		boolean waits = count.state() == MessageState.READY || count.state() == MessageState.SCHEDULED;
		if (waits && (stats.unservedQueues().contains(count.queue()) || stats.unservedTasks().contains(count.task()))) {
			this.unserved.merge(count.queue(), count.messages(), Long::sum);
		}
	}

	Set<String> queues() {
		return this.queues;
	}

	Set<Integer> shards() {
		return this.shards.keySet();
	}

	long count(String queue, MessageState state) {
		long[] ofQueue = this.counts.get(queue);
		return (ofQueue != null) ? ofQueue[state.ordinal()] : 0;
	}

	long unserved(String queue) {
		return this.unserved.getOrDefault(queue, 0L);
	}

	long oldestAgeMillis(String queue) {
		return this.oldestAges.getOrDefault(queue, 0L);
	}

	/**
	 * Returns 0 when the shard refuses messages, else 1, also when it gets none since it
	 * is being emptied; no number when it is not known.
	 */
	double accepting(int shard) {
		QueueStats.ShardStats stats = this.shards.get(shard);
		if (stats == null) {
			return Double.NaN;
		}
		return (stats.accepting() || (stats.leaving() && !stats.quarantined())) ? 1 : 0;
	}

	long fileSize(int shard) {
		QueueStats.ShardStats stats = this.shards.get(shard);
		return (stats != null) ? stats.fileSize() : 0;
	}

	/** Returns no number when nobody can tell. */
	double diskFree(int shard) {
		QueueStats.ShardStats stats = this.shards.get(shard);
		return (stats != null && stats.diskFree() >= 0) ? stats.diskFree() : Double.NaN;
	}

	long walSize(int shard) {
		QueueStats.ShardStats stats = this.shards.get(shard);
		return (stats != null) ? stats.walSize() : 0;
	}

}
