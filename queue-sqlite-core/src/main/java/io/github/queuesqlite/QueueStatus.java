package io.github.queuesqlite;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.github.queuesqlite.listen.ListenerStatus;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.task.QueuePool;
import io.github.queuesqlite.worker.PoolState;
import org.jspecify.annotations.Nullable;

/**
 * How the queue of this process is, for health checks.
 *
 * @param running whether workers run
 * @param shards the shards
 * @param unwritable why a shard cannot be written, by shard; empty when all can
 * @param lanes the lanes of this process
 * @param stuckRuns runs whose handler goes on although its time is over
 * @param failingLoops loops of the engine whose last pass failed, and why
 * @param listeners the listeners of this process, by name; none while they do not run
 * @since 0.1.0
 */
public record QueueStatus(boolean running, List<QueueStats.ShardStats> shards, Map<Integer, String> unwritable,
		List<LaneStatus> lanes, List<StuckRun> stuckRuns, Map<String, String> failingLoops,
		List<ListenerStatus> listeners) {

	public QueueStatus {
		shards = List.copyOf(shards);
		unwritable = Map.copyOf(unwritable);
		lanes = List.copyOf(lanes);
		stuckRuns = List.copyOf(stuckRuns);
		failingLoops = Map.copyOf(failingLoops);
		listeners = List.copyOf(listeners);
	}

	/**
	 * Creates the status of a process without listeners.
	 * @param running whether workers run
	 * @param shards the shards
	 * @param unwritable why a shard cannot be written, by shard
	 * @param lanes the lanes of this process
	 * @param stuckRuns runs whose handler goes on although its time is over
	 * @param failingLoops loops of the engine whose last pass failed, and why
	 */
	public QueueStatus(boolean running, List<QueueStats.ShardStats> shards, Map<Integer, String> unwritable,
			List<LaneStatus> lanes, List<StuckRun> stuckRuns, Map<String, String> failingLoops) {
		this(running, shards, unwritable, lanes, stuckRuns, failingLoops, List.of());
	}

	/**
	 * One lane.
	 *
	 * @param queue the queue
	 * @param concurrency most handlers at once
	 * @param running handlers that run now
	 * @param paused whether the queue is paused
	 * @param pool whose workers it shares with other queues; null when it has its own
	 */
	public record LaneStatus(String queue, int concurrency, int running, boolean paused, @Nullable PoolStatus pool) {

		/**
		 * Creates the status of a lane that has its own workers.
		 * @param queue the queue
		 * @param concurrency most handlers at once
		 * @param running handlers that run now
		 * @param paused whether the queue is paused
		 */
		public LaneStatus(String queue, int concurrency, int running, boolean paused) {
			this(queue, concurrency, running, paused, null);
		}

	}

	/**
	 * Workers that several queues share.
	 *
	 * @param name the name of the pool
	 * @param strategy which queue gets the next free worker
	 * @param concurrency most handlers at once of all its queues
	 * @param running handlers of all its queues that run now
	 */
	public record PoolStatus(String name, QueuePool.Strategy strategy, int concurrency, int running) {

		static PoolStatus of(PoolState state) {
			return new PoolStatus(state.name(), state.pool().strategy(), state.pool().concurrency(), state.running());
		}

	}

	/**
	 * A run that ignores its timeout or cancellation: it keeps its place in the lane and
	 * what it reports will not count.
	 *
	 * @param id the message
	 * @param queue its queue
	 * @param task its task
	 * @param overdue for how long
	 * @param thread the name of its thread
	 */
	public record StuckRun(MessageId id, String queue, String task, Duration overdue, String thread) {

	}

}
