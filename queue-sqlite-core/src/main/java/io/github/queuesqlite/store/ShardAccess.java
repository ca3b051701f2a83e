package io.github.queuesqlite.store;

import java.util.function.Consumer;

import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.ShardQuarantinedException;
import io.github.queuesqlite.message.StoreUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shards as one store reaches them, until it is closed. Never from a writer thread.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
final class ShardAccess {

	private static final Logger logger = LoggerFactory.getLogger(ShardAccess.class);

	private final ShardGroup group;

	private volatile boolean closed;

	ShardAccess(ShardGroup group) {
		this.group = group;
	}

	ShardGroup group() {
		return this.group;
	}

	boolean isClosed() {
		return this.closed;
	}

	void close() {
		this.closed = true;
	}

	GroupCommitWriter<ShardSession> writer(int shard) {
		return this.group.writer(shard);
	}

	ShardReader reader(int shard) {
		checkOpen();
		return this.group.shard(shard).reader();
	}

	/**
	 * Does something in each shard that is in use. One that is quarantined meanwhile is
	 * left out: it says so itself.
	 */
	void inEach(Consumer<Shard> action) {
		checkOpen();
		for (Shard shard : this.group.usable()) {
			try {
				action.accept(shard);
			}
			catch (ShardQuarantinedException ex) {
				logger.debug("{} was left out", shard.file().name(), ex);
			}
		}
	}

	void readEach(Consumer<ShardReader> action) {
		inEach((shard) -> action.accept(shard.reader()));
	}

	void writeEach(Consumer<GroupCommitWriter<ShardSession>> action) {
		inEach((shard) -> action.accept(writer(shard.number())));
	}

	void checkOpen() {
		WriterThread.refuse();
		if (this.closed) {
			throw new StoreUnavailableException("The queue is closed", null);
		}
	}

	/** Does something whose commit need not be synced, and waits for it. */
	static <R> R callUnsynced(GroupCommitWriter<ShardSession> writer, Work<ShardSession, R> work) {
		WriterThread.refuse();
		BlockingCompletion<R> completion = new BlockingCompletion<>();
		writer.submitUnsynced(work, completion);
		return completion.await(() -> new QueueException("Interrupted while waiting for a commit"));
	}

}
