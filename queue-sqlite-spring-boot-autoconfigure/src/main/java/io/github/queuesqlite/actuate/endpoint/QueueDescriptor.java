package io.github.queuesqlite.actuate.endpoint;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.queuesqlite.QueueStatus.LaneStatus;
import io.github.queuesqlite.QueueStatus.PoolStatus;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.task.QueuePool;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * One queue.
 *
 * @param name its name
 * @param paused whether it is paused by name
 * @param pausedUntil when it goes on by itself; null when it is not paused or somebody
 * has to resume it
 * @param length messages that have not ended
 * @param oldestReadyAge how long its oldest ready message has been ready; null when none
 * is
 * @param states messages by state, all states
 * @param lane who works on it in this process; null when nobody does
 * @param tasks messages by task and state, tasks without messages left out; null where
 * many queues are listed
 * @since 0.1.0
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record QueueDescriptor(String name, boolean paused, @Nullable Instant pausedUntil, long length,
		@Nullable Duration oldestReadyAge, Map<MessageState, Long> states, @Nullable LaneDescriptor lane,
		@Nullable Map<String, Map<MessageState, Long>> tasks) implements OperationResponseBody {

	/**
	 * Who works on a queue.
	 *
	 * @param concurrency most handlers at once
	 * @param running handlers that run now
	 * @param pool whose workers the queue shares with others; null when it has its own
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	public record LaneDescriptor(int concurrency, int running, @Nullable PoolDescriptor pool) {

		static LaneDescriptor of(LaneStatus lane) {
			return new LaneDescriptor(lane.concurrency(), lane.running(),
					(lane.pool() != null) ? PoolDescriptor.of(lane.pool()) : null);
		}

	}

	/**
	 * Workers that several queues share.
	 *
	 * @param name its name
	 * @param strategy which queue gets the next free worker
	 * @param concurrency most handlers at once of all its queues
	 * @param running handlers of all its queues that run now
	 */
	public record PoolDescriptor(String name, QueuePool.Strategy strategy, int concurrency, int running) {

		static PoolDescriptor of(PoolStatus pool) {
			return new PoolDescriptor(pool.name(), pool.strategy(), pool.concurrency(), pool.running());
		}

	}

}
