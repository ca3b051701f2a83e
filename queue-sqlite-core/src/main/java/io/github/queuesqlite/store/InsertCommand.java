package io.github.queuesqlite.store;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.QueueFullException;
import io.github.queuesqlite.message.StoreUnavailableException;

/** Stores messages of one shard. */
final class InsertCommand extends Command<ShardSession> implements Inbox.Bounded {

	private final List<Insertion> insertions;

	private final long reserver;

	private final Completion<InsertResult> completion;

	private final long bytes;

	private boolean refused;

	private long[] existing = {};

	/**
	 * Creates a command.
	 * @param insertions what to store
	 * @param reserver the epoch that reserved their keys in another shard, 0 for none:
	 * once it is dead, the keys may be somebody else's
	 * @param completion told in the end
	 */
	InsertCommand(List<Insertion> insertions, long reserver, Completion<InsertResult> completion) {
		this.insertions = insertions;
		this.reserver = reserver;
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

	/** Finds out, in the transaction, whether its rows may be stored. */
	boolean mayInsert(ShardSession session) throws SQLException {
		this.refused = this.reserver != 0 && !session.isAlive(this.reserver);
		return !this.refused;
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
	boolean addsData() {
		return true;
	}

	@Override
	void execute(ShardSession session) throws SQLException {
		if (mayInsert(session)) {
			this.existing = session.insert(this.insertions);
		}
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
		if (this.refused) {
			this.completion.failed(new StoreUnavailableException(
					"This process gave no sign of life for a lease, and"
							+ " others hold it for dead: the key that it had reserved for message "
							+ new MessageId(messageId()) + " may be taken. Nothing was stored. Hand it in again.",
					new MessageId(messageId()), null));
			return;
		}
		this.completion.succeeded(new InsertResult(this.existing, full()));
	}

	private Map<Integer, QueueException> full() {
		Map<Integer, QueueException> full = Map.of();
		for (int i = 0; i < this.existing.length; i++) {
			if (this.existing[i] == ShardSession.FULL) {
				full = full.isEmpty() ? new TreeMap<>() : full;
				full.put(i, fullException(this.insertions.get(i)));
				this.existing[i] = 0;
			}
		}
		return full;
	}

	private static QueueFullException fullException(Insertion row) {
		Terms.Bound bound = row.terms().bound();
		return new QueueFullException("Queue '" + row.queue() + "' is full: shard " + IdLayout.shard(row.id()) + " has "
				+ ((bound != null) ? bound.most() : 0)
				+ " messages of it that have not ended, its part of 'enqueue.max-length'. Nothing was stored.",
				row.queue());
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
