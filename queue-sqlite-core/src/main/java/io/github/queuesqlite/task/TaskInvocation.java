package io.github.queuesqlite.task;

import org.jspecify.annotations.Nullable;

/**
 * One run on its way to the handler.
 *
 * @since 0.1.0
 */
public interface TaskInvocation {

	/**
	 * Returns the task.
	 * @return its definition
	 */
	TaskDefinition<?> task();

	/**
	 * Returns the payload as the handler gets it.
	 * @return null when the sender gave none
	 */
	@Nullable Object payload();

	/**
	 * Returns the run.
	 * @return its context
	 */
	TaskContext context();

	/**
	 * Goes on to the next interceptor or the handler.
	 * @return what it returned
	 * @throws Exception what it threw
	 */
	@Nullable Object proceed() throws Exception;

}
