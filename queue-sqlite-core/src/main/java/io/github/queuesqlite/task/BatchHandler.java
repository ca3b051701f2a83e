package io.github.queuesqlite.task;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Does the work of a task for several messages in one call. Each message keeps its own
 * attempts, deadline and end. Runs at least once for each of them: make it idempotent.
 *
 * @param <T> the type of one payload
 * @since 0.1.0
 */
@FunctionalInterface
public interface BatchHandler<T> {

	/**
	 * Handles the messages that were there, one or more, up to the size of a batch. Those
	 * whose payload cannot be read are left out, and DEAD.
	 * @param payloads the payloads in claim order, unmodifiable; null where the sender
	 * gave none
	 * @param runs the runs of the same messages in the same order: to read headers, to
	 * extend a deadline, to see whether one was cancelled
	 * @return null for no results; or a list with one result, which may be null, for each
	 * message in the same order. A {@link java.util.concurrent.CompletionStage} of either
	 * is waited for without holding the thread
	 * @throws BatchFailedException to fail the messages that it names and complete the
	 * others
	 * @throws Exception to fail the attempt of each of them; see
	 * {@link PermanentTaskException} and {@link RetryTaskException}
	 */
	@Nullable Object handle(List<T> payloads, List<TaskContext> runs) throws Exception;

}
