package io.github.queuesqlite.store.sqlite;

/**
 * How much of a shard's file its connections keep in memory, outside of the heap. It is
 * taken as pages are used, not at once.
 *
 * @param writer bytes of its writer
 * @param reader bytes of each of the four threads that read
 */
public record CacheSettings(long writer, long reader) {

	/** What holds unless set: 16 MB and 4 MB. */
	public static final CacheSettings DEFAULT = new CacheSettings(16 * 1024 * 1024, 4 * 1024 * 1024);

}
