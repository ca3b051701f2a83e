package io.github.queuesqlite.listen;

import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;

import org.jspecify.annotations.Nullable;

/**
 * Keeps listen data: the value of each key, the log of changes, and how far each listener
 * has come in it.
 * <p>
 * <b>Log:</b> changes are numbered from 1 in the order of their commits, over all
 * processes. Old ones are pruned by age and by count; a listener that had not got them
 * gets the current value of each of their keys instead.
 * <p>
 * <b>Durable:</b> {@link #put} and {@link #remove} return after their commit. Positions
 * may be lost at power loss, never moved ahead: changes then come again.
 * <p>
 * <b>Threads:</b> safe for use by several threads, virtual ones included. Methods block,
 * but for those of change listeners.
 * <p>
 * <b>Errors</b> of every method:
 * {@link io.github.queuesqlite.message.StoreUnavailableException} when the store cannot
 * be read or written, {@link io.github.queuesqlite.message.QueueException} when the
 * thread was interrupted while it waited; its flag is kept.
 */
public interface ListenStore extends AutoCloseable {

	/**
	 * Sets a value and logs the change, unless there is none.
	 * @param key the key
	 * @param codec who wrote the value
	 * @param value its bytes
	 * @param equal whether the codec and bytes of the value before say the same; called
	 * on the writer's thread
	 * @return the version of the value
	 */
	long put(String key, String codec, byte[] value, BiPredicate<String, byte[]> equal);

	/**
	 * Sets a value and logs the change. The same codec and bytes as before are no change.
	 * @param key the key
	 * @param codec who wrote the value
	 * @param value its bytes
	 * @return the version of the value
	 */
	default long put(String key, String codec, byte[] value) {
		return put(key, codec, value, (oldCodec, old) -> codec.equals(oldCodec) && Arrays.equals(value, old));
	}

	/**
	 * Removes a value and logs the change.
	 * @param key the key
	 * @return false when there was none
	 */
	boolean remove(String key);

	/**
	 * Reads a value.
	 * @param key the key
	 * @return empty when there is none
	 */
	Optional<StoredValue> find(String key);

	/**
	 * Reads all values.
	 * @return in the order of their keys
	 */
	List<StoredValue> findAll();

	/**
	 * Reads the keys that have a value.
	 * @return in order
	 */
	List<String> keys();

	/**
	 * Counts the keys that have a value.
	 * @return 0 or more
	 */
	long size();

	/**
	 * Calls back after each commit of a change by this store object, until removed.
	 * @param callback called on the writer thread: must be quick, must not block or throw
	 */
	void addChangeListener(Runnable callback);

	/**
	 * Calls back no more.
	 * @param callback what was added
	 */
	void removeChangeListener(Runnable callback);

	/**
	 * Returns the number of the latest change.
	 * @return 0 when there was none
	 */
	long latestChange();

	/**
	 * Makes a listener known: a new one starts at the end of the log.
	 * @param listener the name
	 * @param replay whether a new one first gets the current value of each matching key
	 */
	void declare(String listener, boolean replay);

	/**
	 * Takes a listener's cursor, unless its owner lives.
	 * @param listener the name, made known if it is not
	 * @param replay as for {@link #declare}
	 * @param owner who asks
	 * @return empty when another owner lives
	 */
	Optional<Cursor> acquire(String listener, boolean replay, ListenOwner owner);

	/**
	 * Moves a cursor.
	 * @param listener the name
	 * @param epoch its owner
	 * @param progress what was delivered
	 * @return false when it has another owner; nothing is changed then
	 */
	boolean save(String listener, long epoch, Progress progress);

	/**
	 * Leaves a cursor to whoever wants it. No effect when it has another owner.
	 * @param listener the name
	 * @param epoch its owner
	 */
	void release(String listener, long epoch);

	/**
	 * Reads what a listener has to get next: first the values it gets instead of changes,
	 * then changes.
	 * @param patterns keys or patterns in which {@code *} stands for any characters
	 * @param cursor where it stands
	 * @return changes in order; some at least when there are any
	 */
	Page read(List<String> patterns, Cursor cursor);

	/**
	 * Reads what a listener has to get next of one key.
	 * @param key the key
	 * @param after everything of the key up to this change was delivered
	 * @param upTo the last change to read
	 * @return changes in order; some at least when there are any
	 */
	Page readKey(String key, long after, long upTo);

	/**
	 * Reads who owns which cursor.
	 * @return all cursors, in no order
	 */
	List<CursorOwner> cursors();

	/**
	 * Notes which cursors have a listener, and drops those that have had none for long.
	 * @param declared names of listeners that some live process has
	 * @param undeclared names of the others
	 * @param before when a listener must have gone for its cursor to be dropped
	 * @return how many were dropped
	 */
	int sweep(Collection<String> declared, Collection<String> undeclared, Instant before);

	/**
	 * Deletes changes that are too old or too many, in small steps.
	 * @return how many
	 */
	int prune();

	/** Commits what was handed in, then closes the file. Idempotent. */
	@Override
	void close();

	/**
	 * A value.
	 *
	 * @param key its key
	 * @param version its version
	 * @param at when it was set
	 * @param codec who wrote it
	 * @param value its bytes
	 */
	record StoredValue(String key, long version, Instant at, String codec, byte[] value) {

	}

	/**
	 * A change.
	 *
	 * @param number its number in the log
	 * @param key its key
	 * @param version of the key
	 * @param at when it was committed
	 * @param oldCodec who wrote the old value; null when there was none or it is not
	 * known
	 * @param oldValue the old value
	 * @param codec who wrote the new value; null when it was removed
	 * @param value the new value
	 */
	record StoredChange(long number, String key, long version, Instant at, @Nullable String oldCodec,
			byte @Nullable [] oldValue, @Nullable String codec, byte @Nullable [] value) {

	}

	/**
	 * A part of what a listener has to get.
	 *
	 * @param changes in order
	 * @param upTo where the listener stands once it has got them
	 * @param more whether there is more after it
	 * @param coalesced whether these stand for changes that were pruned, one for each key
	 */
	record Page(List<StoredChange> changes, long upTo, boolean more, boolean coalesced) {

		public Page {
			changes = List.copyOf(changes);
		}

	}

	/**
	 * Where a listener stands.
	 *
	 * @param position everything up to this change was delivered, but for held keys
	 * @param replayTo values set up to this change are replayed; 0 for no replay
	 * @param held keys that are behind
	 */
	record Cursor(long position, long replayTo, List<HeldKey> held) {

		public Cursor {
			held = List.copyOf(held);
		}

	}

	/**
	 * A key whose changes a listener could not take: they wait while others go on.
	 *
	 * @param key the key
	 * @param position everything of the key up to this change was delivered
	 * @param attempts how often its next change has failed
	 * @param parked whether it is only rarely tried again
	 * @param error why it failed last
	 */
	record HeldKey(String key, long position, int attempts, boolean parked, String error) {

	}

	/**
	 * What a listener has done since its cursor was saved.
	 *
	 * @param position as in {@link Cursor}
	 * @param held keys to hold
	 * @param freed keys held no longer
	 */
	record Progress(long position, Collection<HeldKey> held, Collection<String> freed) {

	}

	/**
	 * A cursor and its owner.
	 *
	 * @param listener the name
	 * @param owner an epoch; null for nobody
	 */
	record CursorOwner(String listener, @Nullable Long owner) {

	}

}
