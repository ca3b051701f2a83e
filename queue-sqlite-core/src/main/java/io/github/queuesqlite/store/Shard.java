package io.github.queuesqlite.store;

/**
 * One shard as the store above sees it.
 *
 * @param file its file, which was in use when it was opened
 * @param session its writing side, for what any thread may ask
 * @param reader its reading side
 */
public record Shard(ShardFile file, ShardSession session, ShardReader reader) {

	int number() {
		return this.file.number();
	}

	boolean isUsable() {
		return !this.file.quarantine().isDeclared();
	}

}
