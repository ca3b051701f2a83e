package io.github.queuesqlite.task;

import org.jspecify.annotations.Nullable;

/**
 * Does the work of a task. Runs at least once for each message: make it idempotent.
 *
 * @param <T> the payload's type
 * @since 0.1.0
 */
@FunctionalInterface
public interface TaskHandler<T> {

	/**
	 * Handles one message.
	 * @param payload the payload; null when the sender gave none
	 * @param context the run
	 * @return the result to store; null for none. A
	 * {@link java.util.concurrent.CompletionStage} is waited for without holding the
	 * thread, and what it ends with is the outcome
	 * @throws Exception to fail the attempt; see {@link PermanentTaskException} and
	 * {@link RetryTaskException}
	 */
	@Nullable Object handle(T payload, TaskContext context) throws Exception;

}
