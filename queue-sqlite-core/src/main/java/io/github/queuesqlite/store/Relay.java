package io.github.queuesqlite.store;

/**
 * A message on its way from the shard whose transaction enqueued it to where it is
 * stored.
 *
 * @param source that shard
 * @param seq its number there, in the order of commits
 * @param epoch who hands it over
 * @param message the message
 */
public record Relay(int source, long seq, long epoch, Insertion message) {

	/**
	 * Says where a message comes from, so that it is stored once however often it is
	 * handed over.
	 *
	 * @param source the shard
	 * @param seq its number there
	 * @param floor the least number that the shard still has: notes below it can go
	 */
	public record Origin(int source, long seq, long floor) {

	}

}
