package io.github.queuesqlite.message;

import org.jspecify.annotations.Nullable;

/**
 * What was asked for concerns a shard that is quarantined: its file is damaged, or was
 * replaced while it was in use. The other shards go on. Nothing of the request was done;
 * trying again helps only after a person has seen to the file.
 *
 * @since 0.1.0
 */
public class ShardQuarantinedException extends StoreUnavailableException {

	private static final long serialVersionUID = 1L;

	private final int shard;

	public ShardQuarantinedException(String message, int shard, @Nullable MessageId messageId) {
		super(message, messageId, null);
		this.shard = shard;
	}

	/**
	 * Returns the shard.
	 * @return its number, from 0; -1 for listen data
	 */
	public int shard() {
		return this.shard;
	}

}
