package io.github.queuesqlite.task;

import java.util.List;

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
	 * @return null when the sender gave none; of a batch the list of payloads
	 */
	@Nullable Object payload();

	/**
	 * Returns the run.
	 * @return its context; of a batch that of its first message
	 */
	TaskContext context();

	/**
	 * Returns the runs of all messages that the handler gets.
	 * @return one, or several of a batch in the order of the payloads
	 */
	default List<? extends TaskContext> contexts() {
		return List.of(context());
	}

	/**
	 * Goes on to the next interceptor or the handler.
	 * @return what it returned
	 * @throws Exception what it threw
	 */
	@Nullable Object proceed() throws Exception;

}
