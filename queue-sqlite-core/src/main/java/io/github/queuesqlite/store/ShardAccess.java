package io.github.queuesqlite.store;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
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

	/**
	 * Does something in each shard that is in use, in all at once, and waits for all. One
	 * that is quarantined meanwhile is left out.
	 * @param submit hands it to a writer
	 */
	<R> Told<R> tellEach(BiConsumer<GroupCommitWriter<ShardSession>, Completion<R>> submit) {
		Map<GroupCommitWriter<ShardSession>, BlockingCompletion<R>> begun = new LinkedHashMap<>();
		writeEach((writer) -> {
			BlockingCompletion<R> completion = new BlockingCompletion<>();
			submit.accept(writer, completion);
			begun.put(writer, completion);
		});
		Map<GroupCommitWriter<ShardSession>, R> results = new LinkedHashMap<>();
		List<QueueException> failures = new ArrayList<>();
		begun.forEach((writer, completion) -> {
			try {
				results.put(writer, await(completion));
			}
			catch (ShardQuarantinedException ex) {
				logger.debug("A shard was left out", ex);
			}
			catch (QueueException ex) {
				failures.add(ex);
			}
		});
		return new Told<>(results, failures);
	}

	void checkOpen() {
		WriterThread.refuse();
		if (this.closed) {
			throw new StoreUnavailableException("The queue is closed", null);
		}
	}

	/**
	 * What became of something in each shard.
	 *
	 * @param results what it gave back where it is committed
	 * @param failures of the others
	 */
	record Told<R>(Map<GroupCommitWriter<ShardSession>, R> results, List<QueueException> failures) {

		/** Throws the first failure, if any. */
		void refuseFailures() {
			if (!this.failures.isEmpty()) {
				throw this.failures.get(0);
			}
		}

	}

	/** Does something whose commit need not be synced, and waits for it. */
	static <R> R callUnsynced(GroupCommitWriter<ShardSession> writer, Work<ShardSession, R> work) {
		WriterThread.refuse();
		BlockingCompletion<R> completion = new BlockingCompletion<>();
		writer.submitUnsynced(work, completion);
		return await(completion);
	}

	private static <R> R await(BlockingCompletion<R> completion) {
		return completion.await(() -> new QueueException("Interrupted while waiting for a commit"));
	}

}
