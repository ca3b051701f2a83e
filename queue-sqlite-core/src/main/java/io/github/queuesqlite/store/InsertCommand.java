package io.github.queuesqlite.store;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import io.github.queuesqlite.message.QueueException;

/** Stores messages of one shard. */
final class InsertCommand extends Command<ShardSession> implements Inbox.Bounded {

	private final List<Insertion> insertions;

	private final Completion<InsertResult> completion;

	private final long bytes;

	private long[] existing = {};

	InsertCommand(List<Insertion> insertions, Completion<InsertResult> completion) {
		this.insertions = insertions;
		this.completion = completion;
		long sum = 0;
		for (Insertion insertion : insertions) {
			sum += insertion.size();
		}
		this.bytes = sum;
	}

	List<Insertion> insertions() {
		return this.insertions;
	}

	/** Takes its part of a batch's result; returns where the next command's begins. */
	int result(long[] existing, int from) {
		int to = from + this.insertions.size();
		this.existing = Arrays.copyOfRange(existing, from, to);
		return to;
	}

	@Override
	int rows() {
		return this.insertions.size();
	}

	@Override
	long bytes() {
		return this.bytes;
	}

	@Override
	boolean synced() {
		return true;
	}

	@Override
	void execute(ShardSession session) throws SQLException {
		this.existing = session.insert(this.insertions);
	}

	@Override
	boolean isCommitted(ShardSession session) throws SQLException {
		for (int i = 0; i < this.insertions.size(); i++) {
			boolean duplicate = i < this.existing.length && this.existing[i] != 0;
			if (!duplicate && !session.isStored(this.insertions.get(i).id())) {
				return false;
			}
		}
		return this.existing.length == this.insertions.size();
	}

	@Override
	void succeeded() {
		this.completion.succeeded(new InsertResult(this.existing, Map.of()));
	}

	@Override
	void failed(QueueException failure) {
		this.completion.failed(failure);
	}

	@Override
	Long messageId() {
		return this.insertions.get(0).id();
	}

}
