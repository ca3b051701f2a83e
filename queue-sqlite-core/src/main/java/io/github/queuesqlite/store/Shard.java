package io.github.queuesqlite.store;

/**
 * One shard as the store above sees it.
 *
 * @param file its file, which was in use when it was opened
 * @param outlook its writing side; a {@link ShardSession} when it can be written
 * @param reader its reading side
 */
public record Shard(ShardFile file, ShardOutlook outlook, ShardReader reader) {

	int number() {
		return this.file.number();
	}

	boolean isUsable() {
		return !this.file.quarantine().isDeclared();
	}

}
