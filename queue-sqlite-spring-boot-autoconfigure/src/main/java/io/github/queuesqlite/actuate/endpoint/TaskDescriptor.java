package io.github.queuesqlite.actuate.endpoint;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.task.Delivery;
import io.github.queuesqlite.task.RateLimit;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskDefinition;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * One task.
 *
 * @param name its name
 * @param hosted whether this process has its handler
 * @param paused whether it is paused
 * @param pausedUntil when it goes on by itself; null when it is not paused or somebody
 * has to resume it
 * @param states messages by state, all states
 * @param queues messages by queue and state, queues without messages left out
 * @param handler what the handler declares; null when this process has none
 * @since 0.1.0
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TaskDescriptor(String name, boolean hosted, boolean paused, @Nullable Instant pausedUntil,
		Map<MessageState, Long> states, Map<String, Map<MessageState, Long>> queues,
		@Nullable HandlerDescriptor handler) implements OperationResponseBody {

	/**
	 * A handler of this process.
	 *
	 * @param method where it is written
	 * @param payloadType what the payload is read as
	 * @param queue where its messages go unless their sender says otherwise
	 * @param priority of its messages unless their sender says otherwise
	 * @param timeout longest run; null for the worker's timeout
	 * @param timeToLive of its messages unless their sender says otherwise; null for none
	 * @param retry how failures are retried; null for the worker's policy
	 * @param storeResult whether results are stored
	 * @param maxConcurrent most handlers at once over all processes; null for any number
	 * @param maxConcurrentPerKey most messages of one concurrency key at once; null for
	 * any number
	 * @param rateLimit how many handlers may begin in how long, such as {@code 100/1m};
	 * null for any number
	 * @param rateLimitPerKey how many messages of one concurrency key may begin in how
	 * long; null for any number
	 * @param lock the lock under which handlers run one at a time; null for none
	 * @param batchSize most messages that one call gets; null when each has its own
	 * @param delivery how often the handler may get one message
	 * @param attributes what the application says about the task
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	public record HandlerDescriptor(String method, String payloadType, String queue, int priority,
			@Nullable Duration timeout, @Nullable Duration timeToLive, @Nullable RetryPolicy retry, boolean storeResult,
			@Nullable Integer maxConcurrent, @Nullable Integer maxConcurrentPerKey, @Nullable String rateLimit,
			@Nullable String rateLimitPerKey, @Nullable String lock, @Nullable Integer batchSize, Delivery delivery,
			Map<String, String> attributes) {

		static HandlerDescriptor of(TaskDefinition<?> task) {
			return new HandlerDescriptor(task.origin(), task.payloadType().getTypeName(), task.queue(), task.priority(),
					task.timeout(), task.timeToLive(), task.retryPolicy(), task.storeResult(), task.maxConcurrent(),
					task.maxConcurrentPerKey(), text(task.rateLimit()), text(task.rateLimitPerKey()), task.lock(),
					(task.batchHandler() != null) ? task.batchSize() : null, task.delivery(), task.attributes());
		}

		private static @Nullable String text(@Nullable RateLimit rateLimit) {
			return (rateLimit != null) ? rateLimit.toString() : null;
		}

	}

}
