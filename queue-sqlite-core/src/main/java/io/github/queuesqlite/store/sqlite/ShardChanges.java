package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.function.LongPredicate;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.store.CancelResult;
import io.github.queuesqlite.store.ReservedKey;
import io.github.queuesqlite.store.RunKey;
import io.github.queuesqlite.store.StoredMessage;
import org.jspecify.annotations.Nullable;

/**
 * Changes single messages at a user's wish: cancel, retry, another payload, another time.
 */
final class ShardChanges {

	private static final String UNIQUE_KEY = "SELECT task, unique_key, ordering_key IS NOT NULL OR " + CrowdTable.KEY
			+ " IS NOT NULL OR EXISTS (SELECT 1 FROM follower WHERE follower.message_id = message.id)"
			+ " FROM message WHERE id = ?1 AND unique_key IS NOT NULL";

	private static final String IS_UNIQUE_KEY_TAKEN = """
			SELECT 1 FROM message AS live
			WHERE (live.task, live.unique_key) = (SELECT task, unique_key FROM message WHERE id = ?1)
			    AND live.unique_key IS NOT NULL AND live.state < 40""";

	private final Statements statements;

	private final ShardBooks books;

	private final ShardSequence sequence;

	private final SignalTable signals;

	private final ReservationTable reservations;

	private final OrderingLines lines;

	private final Crowds crowds;

	private final Followers followers;

	private final int shard;

	private final Checksum checksum = new Checksum();

	ShardChanges(Statements statements, ShardBooks books, ShardSequence sequence, SignalTable signals,
			ReservationTable reservations, OrderingLines lines, Crowds crowds, Followers followers, int shard) {
		this.statements = statements;
		this.books = books;
		this.sequence = sequence;
		this.signals = signals;
		this.reservations = reservations;
		this.lines = lines;
		this.crowds = crowds;
		this.followers = followers;
		this.shard = shard;
	}

	CancelResult cancel(long id, LongPredicate own, List<RunKey> stop, long now) throws SQLException {
		ChangedRow row = ChangedRow.read(this.statements, id);
		if (row != null && row.state() < StateCode.RUNNING) {
			this.statements.update(MessageTable.CANCEL_WAITING, now, id);
			this.books.moved(row.queue(), row.task(), row.state(), StateCode.CANCELLED, 1);
			this.books.addPrunable((row.hold() == 1) ? 0 : 1);
			this.books.ended(row.ended(id, MessageState.CANCELLED));
			this.lines.arrange(row.orderingKey());
			this.crowds.changed(List.of(id));
			return CancelResult.CANCELLED;
		}
		this.statements.each((result) -> stop.add(new RunKey(this.shard, id, result.getLong(1), result.getLong(2),
				result.getString(3), result.getString(4))), MessageTable.REQUEST_CANCEL, id);
		for (RunKey key : stop) {
			if (!own.test(key.epoch())) {
				this.signals.put(key);
			}
		}
		return stop.isEmpty() ? CancelResult.UNCHANGED : CancelResult.REQUESTED;
	}

	int retry(Collection<Long> ids, List<Long> doubtful, long now) throws SQLException {
		int changed = 0;
		for (long id : ids) {
			ChangedRow row = ChangedRow.read(this.statements, id);
			if (row == null || row.state() <= StateCode.COMPLETED || isUniqueKeyTaken(id)) {
				continue;
			}
			if (isUniqueKeyDoubtful(id)) {
				doubtful.add(id);
				continue;
			}
			changed += isRetried(row, id, now) ? 1 : 0;
		}
		return changed;
	}

	boolean retryReserved(long id, long now) throws SQLException {
		ChangedRow row = ChangedRow.read(this.statements, id);
		if (row == null || row.state() <= StateCode.COMPLETED || isUniqueKeyTaken(id) || isUniqueKeyReserved(id)) {
			return false;
		}
		return isRetried(row, id, now);
	}

	private boolean isRetried(ChangedRow row, long id, long now) throws SQLException {
		Boolean waits = this.followers.retry(id, now);
		if (waits == null) {
			retry(row, id, now);
			this.followers.returned(id);
			return true;
		}
		return waits;
	}

	private void retry(ChangedRow row, long id, long now) throws SQLException {
		this.statements.update(MessageTable.RETRY_ENDED, this.sequence.back(row.queue()), now, id,
				Checksum.ofExpiry(this.statements.number(MessageTable.EXPIRY_OF, id)));
		this.books.moved(row.queue(), row.task(), row.state(), StateCode.counted(row.ready()), 1);
		this.books.waits(row.queue(), row.task(), row.ready(), now, Long.MAX_VALUE);
		if (row.isPrunable()) {
			this.books.addPrunable(-1);
		}
		if (row.orderingKey() != null) {
			this.lines.returned(row.orderingKey(), id, row.seq());
			this.lines.arrange(row.orderingKey());
		}
		else {
			this.crowds.returned(id);
		}
	}

	/** Whether the row has a unique key that may be at home elsewhere, or is reserved. */
	private boolean isUniqueKeyDoubtful(long id) throws SQLException {
		ReservedKey[] key = { null };
		boolean[] placed = { false };
		this.statements.each((row) -> {
			key[0] = new ReservedKey(row.getString(1), row.getString(2));
			placed[0] = row.getInt(3) != 0;
		}, UNIQUE_KEY, id);
		return key[0] != null && (placed[0] || this.reservations.otherHolder(key[0], id) != null);
	}

	private boolean isUniqueKeyReserved(long id) throws SQLException {
		ReservedKey[] key = { null };
		this.statements.each((row) -> key[0] = new ReservedKey(row.getString(1), row.getString(2)), UNIQUE_KEY, id);
		return key[0] != null && this.reservations.otherHolder(key[0], id) != null;
	}

	private boolean isUniqueKeyTaken(long id) throws SQLException {
		return this.statements.number(IS_UNIQUE_KEY_TAKEN, id) != null;
	}

	boolean updatePayload(long id, @Nullable String codec, byte @Nullable [] payload) throws SQLException {
		StoredMessage[] found = { null };
		this.statements.each((row) -> found[0] = MessageTable.stored(row, this.checksum, this.shard),
				MessageTable.WAITING, id);
		StoredMessage message = found[0];
		if (message == null) {
			return false;
		}
		if (message.damaged()) {
			throw new QueueException(
					"Message " + new MessageId(id)
							+ " is damaged: what is in the file is not what was stored. Its payload is not replaced",
					new MessageId(id), null);
		}
		this.followers.keepsPayload(id);
		return this.statements.update(MessageTable.UPDATE_PAYLOAD, codec, payload,
				this.checksum.of(message, codec, payload), id) == 1;
	}

	boolean reschedule(long id, long runAt, long now) throws SQLException {
		ChangedRow row = ChangedRow.read(this.statements, id);
		if (row == null || row.state() >= StateCode.RUNNING) {
			return false;
		}
		if (this.followers.reschedule(id, runAt)) {
			return true;
		}
		int state = (runAt > now) ? StateCode.SCHEDULED : row.ready();
		this.statements.update(MessageTable.RESCHEDULE, state, runAt, this.sequence.next(), id);
		this.books.moved(row.queue(), row.task(), row.state(), StateCode.counted(state), 1);
		this.books.waits(row.queue(), row.task(), state, runAt, Long.MAX_VALUE);
		this.lines.arrange(row.orderingKey());
		this.crowds.changed(List.of(id));
		return true;
	}

}
