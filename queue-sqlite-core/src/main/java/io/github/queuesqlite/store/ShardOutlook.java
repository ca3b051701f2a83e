package io.github.queuesqlite.store;

/** What any thread may ask the writing side of a shard, without waiting for it. */
public interface ShardOutlook {

	/** Returns when the next message becomes due or expires, or a pause ends. */
	long nextDueAt();

	/** Returns whether that time has come. */
	boolean isDue();

	/** Returns when the next schedule fires. */
	long nextFiringAt();

	/** Returns whether a message may wait to be handed over. */
	boolean isAnyRelay();

}
