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

}
