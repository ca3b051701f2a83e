package io.github.queuesqlite.store;

import java.util.function.LongSupplier;

/**
 * The file of one shard of the layout, in use or not.
 *
 * @param number the shard's number
 * @param name the name of the file
 * @param accepting whether the layout gives it new messages
 * @param size bytes of the file
 * @param walSize bytes of its write-ahead log
 * @param diskFree bytes that are free on its file system, -1 when nobody can tell
 * @param quarantine whether it is out of use
 */
public record ShardFile(int number, String name, boolean accepting, LongSupplier size, LongSupplier walSize,
		LongSupplier diskFree, Quarantine quarantine) {

}
