package io.github.queuesqlite.actuate.endpoint;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueStats.InstanceStats;
import io.github.queuesqlite.message.QueueStats.LimitStats;
import io.github.queuesqlite.message.QueueStats.ShardStats;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * The numbers of the queue.
 *
 * @param directory where its files are
 * @param workersRunning whether handlers of this process run
 * @param length messages that have not ended
 * @param states messages by state, all states
 * @param queues the queues by name
 * @param allPaused whether all queues are paused together, beside those that are by name
 * @param allPausedUntil when that ends by itself; null when it does not
 * @param unserved what waits and nothing in this process handles
 * @param shards the files
 * @param instances the live processes of the directory, the oldest first
 * @param limits the limits, rates and weights that hold, by name
 * @since 0.1.0
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record QueueReport(String directory, boolean workersRunning, long length, Map<MessageState, Long> states,
		Map<String, QueueDescriptor> queues, boolean allPaused, @Nullable Instant allPausedUntil, Unserved unserved,
		List<ShardDescriptor> shards, List<InstanceDescriptor> instances,
		Map<String, LimitDescriptor> limits) implements OperationResponseBody {

	/**
	 * Names of what waits and nothing in this process handles.
	 *
	 * @param queues queues without a lane
	 * @param tasks tasks without a handler
	 */
	public record Unserved(SortedSet<String> queues, SortedSet<String> tasks) {

	}

	/**
	 * One file.
	 *
	 * @param shard its number
	 * @param file its name
	 * @param accepting whether it takes new messages
	 * @param reason why it does not; null when it does
	 * @param pending messages handed in and not yet committed
	 * @param fileSize bytes of the file
	 * @param walSize bytes of its write-ahead log
	 * @param diskFree bytes that are free on its disk; null when nobody can tell
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	public record ShardDescriptor(int shard, String file, boolean accepting, @Nullable String reason, int pending,
			long fileSize, long walSize, @Nullable Long diskFree) {

		static ShardDescriptor of(ShardStats stats) {
			return new ShardDescriptor(stats.shard(), stats.file(), stats.accepting(),
					stats.reason().isEmpty() ? null : stats.reason(), stats.pending(), stats.fileSize(),
					stats.walSize(), (stats.diskFree() >= 0) ? stats.diskFree() : null);
		}

	}

	/**
	 * A limit, a rate, or the weight of a concurrency key.
	 *
	 * @param most the number that holds
	 * @param declared the number that holds unless somebody changed it
	 * @param held how many permits or tokens the processes have taken
	 * @param waiting how many processes want more
	 * @param period in which time the number holds, for a rate; null for others
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	public record LimitDescriptor(int most, int declared, int held, int waiting,
			@Nullable Duration period) implements OperationResponseBody {

		static LimitDescriptor of(LimitStats stats) {
			return new LimitDescriptor(stats.most(), stats.declared(), stats.held(), stats.waiting(), stats.period());
		}

	}

	/**
	 * One process, or one application context, that uses the directory.
	 *
	 * @param name host and process id
	 * @param epoch the number of its start
	 * @param startedAt when it started
	 * @param beatAge how long ago it gave its latest sign of life
	 * @param self whether it is the one that answers
	 */
	public record InstanceDescriptor(String name, long epoch, Instant startedAt, Duration beatAge, boolean self) {

		static InstanceDescriptor of(InstanceStats stats) {
			return new InstanceDescriptor(stats.name(), stats.epoch(), stats.startedAt(), stats.beatAge(),
					stats.self());
		}

	}

}
