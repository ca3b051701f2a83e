package io.github.queuesqlite.worker;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

import io.github.queuesqlite.store.ClaimOrder;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskInterceptor;
import org.jspecify.annotations.Nullable;

/**
 * How handlers run where their task says nothing.
 *
 * @param concurrency most handlers at once in each lane, 1 or more
 * @param queues queues with a lane of their own concurrency, 1 or more
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
public record WorkerSettings(int concurrency, Map<String, Integer> queues, ClaimOrder order, Duration timeout,
		RetryPolicy retry, Duration drainTimeout, Duration probation, boolean virtualThreads,
		@Nullable Executor executor, List<TaskInterceptor> interceptors) {

	/**
	 * 8 handlers at once, 30 minutes each, 20 seconds to end at a stop, 10 seconds of
	 * probation.
	 */
	public static final WorkerSettings DEFAULT = new WorkerSettings(8, Map.of(), ClaimOrder.DEFAULT,
			Duration.ofMinutes(30), RetryPolicy.DEFAULT, Duration.ofSeconds(20), Duration.ofSeconds(10), false, null,
			List.of());

	public WorkerSettings {
		queues = Map.copyOf(queues);
		interceptors = List.copyOf(interceptors);
		checkConcurrency("concurrency", concurrency);
		queues.forEach((queue, most) -> checkConcurrency("concurrency of queue " + queue, most));
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

	int concurrencyOf(String queue) {
		return this.queues.getOrDefault(queue, this.concurrency);
	}

}
