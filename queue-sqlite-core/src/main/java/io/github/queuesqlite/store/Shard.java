package io.github.queuesqlite.store;

import java.util.function.LongSupplier;

/**
 * One shard as the store above sees it.
 *
 * @param number its number
 * @param file the name of its file
 * @param accepting whether the layout gives it new messages
 * @param session its writing side, for what any thread may ask
 * @param reader its reading side
 * @param fileSize bytes of the file
 * @param walSize bytes of its write-ahead log
 */
public record Shard(int number, String file, boolean accepting, ShardSession session, ShardReader reader,
		LongSupplier fileSize, LongSupplier walSize) {

}
