package io.github.queuesqlite.store;

/**
 * An instance as a shard knows it.
 *
 * @param epoch its epoch
 * @param name host and process id
 * @param slot its place, whose OS lock it holds while it lives
 * @param beat rises while it lives
 * @param dead whether it was declared dead; never taken back
 */
public record Peer(long epoch, String name, int slot, long beat, boolean dead) {

	/**
	 * Puts together what two shards know of one epoch: each may be behind.
	 */
	Peer and(Peer other) {
		return new Peer(this.epoch, this.name, this.slot, Math.max(this.beat, other.beat), this.dead || other.dead);
	}

}
