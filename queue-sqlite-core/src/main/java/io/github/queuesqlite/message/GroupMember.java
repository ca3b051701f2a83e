package io.github.queuesqlite.message;

import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;

/**
 * What became of a member of a group; of one that begins a chain, of the last link of
 * that.
 *
 * @since 0.1.0
 */
public interface GroupMember {

	/**
	 * Returns the id.
	 * @return the message; it may be deleted meanwhile
	 */
	MessageId id();

	/**
	 * Returns the task.
	 * @return its name
	 */
	String task();

	/**
	 * Returns how it ended.
	 * @return COMPLETED, DEAD, CANCELLED or EXPIRED; CANCELLED too when it was deleted
	 * before its end
	 */
	MessageState state();

	/**
	 * Returns why its latest attempt failed, or why it was cancelled.
	 * @return null when there is no reason
	 */
	@Nullable Failure failure();

	/**
	 * Reads the result.
	 * @param type the type to read it as
	 * @return null when it has none
	 * @throws PayloadException if it cannot be read as the type, or was left out since
	 * the results of the group were too large together: read it from the message
	 */
	<T> @Nullable T result(Class<T> type);

	/**
	 * Reads the result as a generic type.
	 * @param type the type to read it as
	 * @return as {@link #result(Class)}
	 */
	<T> @Nullable T result(ParameterizedTypeReference<T> type);

}
