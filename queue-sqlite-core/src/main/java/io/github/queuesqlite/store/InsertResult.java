package io.github.queuesqlite.store;

import java.util.Map;

import io.github.queuesqlite.message.QueueException;

/**
 * What became of the rows of one insert.
 *
 * @param existing per row of the input: 0 when it was inserted, else the id of the
 * message that has its key
 * @param failed rows that failed alone, by index
 */
public record InsertResult(long[] existing, Map<Integer, QueueException> failed) {

	/**
	 * Returns whether a row was inserted.
	 * @param index its place in the input
	 * @return false when another message has its key, or it failed
	 */
	public boolean isInserted(int index) {
		return this.existing[index] == 0 && !this.failed.containsKey(index);
	}

}
