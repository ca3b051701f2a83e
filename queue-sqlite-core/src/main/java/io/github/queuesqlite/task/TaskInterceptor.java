package io.github.queuesqlite.task;

import org.jspecify.annotations.Nullable;

/**
 * Wraps every run of every task. What it returns or throws is the outcome. Interceptors
 * run in their order, the first one outermost, on the handler's thread.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface TaskInterceptor {

	/**
	 * Runs something around the handler.
	 * @param invocation call {@link TaskInvocation#proceed()} to go on
	 * @return the result
	 * @throws Exception to fail the attempt
	 */
	@Nullable Object intercept(TaskInvocation invocation) throws Exception;

}
