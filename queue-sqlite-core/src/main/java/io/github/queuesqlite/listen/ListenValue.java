package io.github.queuesqlite.listen;

import java.time.Instant;

/**
 * A value of listen data as it was when it was read.
 *
 * @since 0.1.0
 */
public interface ListenValue {

	/**
	 * Returns the key.
	 * @return the key
	 */
	String key();

	/**
	 * Returns the version.
	 * @return from 1, rising with every change
	 */
	long version();

	/**
	 * Returns when it was set.
	 * @return wall clock
	 */
	Instant at();

	/**
	 * Reads the value.
	 * @param type the type to read it as
	 * @return the value
	 * @throws io.github.queuesqlite.message.PayloadException if it cannot be read as the
	 * type
	 */
	<T> T as(Class<T> type);

}
