package io.github.queuesqlite.worker;

import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;

import io.github.queuesqlite.task.BatchHandler;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskContext;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskHandler;
import org.jspecify.annotations.Nullable;

/**
 * A task with the settings that hold for it here.
 *
 * @param definition what was declared
 * @param handler its handler
 * @param batchHandler what gets several messages in one call; null when nothing does
 * @param payloadType what the payload is read as
 * @param retry how failures are retried
 * @param timeoutNanos longest run
 * @param executor null for the lane's own threads
 */
record HostedTask(TaskDefinition<?> definition, TaskHandler<Object> handler,
		@Nullable BatchHandler<Object> batchHandler, Type payloadType, RetryPolicy retry, long timeoutNanos,
		@Nullable Executor executor) {

	/** Longer runs than this (146 years) would overflow the monotonic clock. */
	private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / 2);

	@SuppressWarnings("unchecked") // the payload is read as the handler's type
	static HostedTask of(TaskDefinition<?> definition, WorkerSettings settings) {
		RetryPolicy retry = (definition.retryPolicy() != null) ? definition.retryPolicy() : settings.retry();
		Duration timeout = (definition.timeout() != null) ? definition.timeout() : settings.timeout();
		return new HostedTask(definition, (TaskHandler<Object>) definition.handler(),
				(BatchHandler<Object>) definition.batchHandler(), definition.payloadType(), retry, nanos(timeout),
				(definition.executor() != null) ? definition.executor() : settings.executor());
	}

	/**
	 * Calls the handler.
	 * @param payload the payload; of a batch the list of them
	 * @param contexts the run, or those of a batch
	 */
	@SuppressWarnings({ "unchecked", "NullAway" }) // null goes to handlers whose message
													// has no payload
	@Nullable Object call(@Nullable Object payload, List<? extends TaskContext> contexts) throws Exception {
		if (this.batchHandler != null) {
			return this.batchHandler.handle((List<Object>) payload, List.copyOf(contexts));
		}
		return this.handler.handle(payload, contexts.get(0));
	}

	static long nanos(Duration duration) {
		return ((duration.compareTo(LONGEST) < 0) ? duration : LONGEST).toNanos();
	}

}
