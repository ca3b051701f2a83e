package io.github.queuesqlite.listen;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Durable values by key. Every change is committed before the method returns and is
 * delivered to each matching listener: in order per key, at least once.
 * <p>
 * <b>Threads:</b> safe for use by several threads, virtual ones included.
 * <p>
 * <b>Errors</b> of every method: {@link IllegalArgumentException} for a key that is
 * empty, longer than 500 characters, or holds {@code *} or control characters;
 * {@link io.github.queuesqlite.message.StoreUnavailableException} when the store cannot
 * be read or written; {@link io.github.queuesqlite.message.QueueException} when the
 * thread was interrupted while it waited: the flag is kept, and whether a value was
 * stored is unknown.
 *
 * @since 0.1.0
 */
public interface ListenOperations {

	/**
	 * Sets a value. An equal value is no change, see {@link #putAlways}.
	 * @param key 1 to 500 characters without {@code *} and control characters
	 * @param value any object that the codec can write, not null
	 * @return the version of the key's value, from 1, rising with every change
	 * @throws io.github.queuesqlite.message.PayloadException if the value cannot be
	 * written or is too large
	 */
	long put(String key, Object value);

	/**
	 * Sets a value as {@link #put}, but an equal one is a change too: it gets a version
	 * of its own and is delivered to each matching listener, with an old value that is
	 * equal to the new one. Listeners that come too late for it get the current value of
	 * the key once, as with every change.
	 * @param key 1 to 500 characters without {@code *} and control characters
	 * @param value any object that the codec can write, not null
	 * @return the version of the key's value, greater than any before
	 * @throws io.github.queuesqlite.message.PayloadException if the value cannot be
	 * written or is too large
	 */
	long putAlways(String key, Object value);

	/**
	 * Reads a value.
	 * @param key the key
	 * @param type the type to read it as
	 * @return empty when there is none
	 * @throws io.github.queuesqlite.message.PayloadException if it cannot be read as the
	 * type
	 */
	<T> Optional<T> get(String key, Class<T> type);

	/**
	 * Returns whether a key has a value.
	 * @param key the key
	 * @return false when it has none, or it was removed
	 */
	boolean contains(String key);

	/**
	 * Reads all values.
	 * @return by key, in the order of the keys
	 */
	Map<String, ListenValue> getAll();

	/**
	 * Removes a value; listeners get a change whose new value is null.
	 * @param key the key
	 * @return false when there was none
	 */
	boolean remove(String key);

	/**
	 * Returns the version of a value.
	 * @param key the key
	 * @return empty when there is no value
	 */
	OptionalLong version(String key);

	/**
	 * Returns the keys that have a value.
	 * @return sorted
	 */
	Set<String> keys();

	/**
	 * Returns how many keys have a value.
	 * @return 0 or more
	 */
	long size();

}
