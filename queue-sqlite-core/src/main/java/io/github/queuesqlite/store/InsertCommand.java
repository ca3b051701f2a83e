package io.github.queuesqlite.store;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.StoreUnavailableException;

/** Stores messages of one shard. */
final class InsertCommand extends Command<ShardSession> implements Inbox.Bounded {

	private static final InsertResult NONE = new InsertResult(new long[0], Map.of());

	private final List<Insertion> insertions;

	private final long reserver;

	private final Completion<InsertResult> completion;

	private final long bytes;

	private final int rows;

	private boolean refused;

	private InsertResult result = NONE;

	/**
	 * Creates a command.
	 * @param insertions what to store
	 * @param reserver the epoch that reserved their keys in another shard, or hands them
	 * over from there, 0 for none: once it is dead, both may be somebody else's
	 * @param completion told in the end
	 */
	InsertCommand(List<Insertion> insertions, long reserver, Completion<InsertResult> completion) {
		this.insertions = insertions;
		this.reserver = reserver;
		this.completion = completion;
		long sum = 0;
		int count = 0;
		for (Insertion insertion : insertions) {
			sum += insertion.size();
			count += insertion.rows();
		}
		this.bytes = sum;
		this.rows = count;
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
	int result(InsertResult batch, int from) {
		int to = from + this.insertions.size();
		this.result = new InsertResult(Arrays.copyOfRange(batch.existing(), from, to), failed(batch, from, to));
		return to;
	}

	private static Map<Integer, QueueException> failed(InsertResult batch, int from, int to) {
		if (batch.failed().isEmpty()) {
			return Map.of();
		}
		Map<Integer, QueueException> failed = new TreeMap<>();
		for (int i = from; i < to; i++) {
			QueueException failure = batch.failed().get(i);
			if (failure != null) {
				failed.put(i - from, failure);
			}
		}
		return failed;
	}

	@Override
	int rows() {
		return this.rows;
	}

	@Override
	long bytes() {
		return this.bytes;
	}

	@Override
	boolean synced() {
		return true;
	}

	/** The strictest that one of its rows asks for. */
	@Override
	Sync sync() {
		Sync sync = Sync.LATER;
		for (Insertion insertion : this.insertions) {
			sync = stricter(sync, insertion);
			for (Insertion other : insertion.composition().others()) {
				sync = stricter(sync, other);
			}
		}
		return sync;
	}

	private static Sync stricter(Sync sync, Insertion insertion) {
		Boolean durable = insertion.terms().durable();
		if (sync == Sync.NOW || (durable != null && !durable)) {
			return sync;
		}
		return (durable == null) ? Sync.AS_SET : Sync.NOW;
	}

	@Override
	boolean addsData() {
		return true;
	}

	@Override
	void execute(ShardSession session) throws SQLException {
		if (mayInsert(session)) {
			this.result = session.insert(this.insertions);
		}
	}

	@Override
	boolean isCommitted(ShardSession session) throws SQLException {
		for (int i = 0; i < this.insertions.size(); i++) {
			boolean inserted = i >= this.result.existing().length || this.result.isInserted(i);
			if (inserted && !session.isStored(this.insertions.get(i).id())) {
				return false;
			}
		}
		return this.result.existing().length == this.insertions.size();
	}

	@Override
	void succeeded() {
		if (this.refused) {
			this.completion.failed(new StoreUnavailableException("This process gave no sign of life for a lease, and"
					+ " others hold it for dead: the key that it had reserved for message " + new MessageId(messageId())
					+ " may be taken, or the message handed over. Nothing was stored. Hand it in again.",
					new MessageId(messageId()), null));
			return;
		}
		this.completion.succeeded(this.result);
	}

	@Override
	boolean isAwaited() {
		return this.completion.isAwaited();
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
