package io.github.queuesqlite.store.sqlite;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.store.Composition;
import io.github.queuesqlite.store.InsertResult;
import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.Relay;
import io.github.queuesqlite.store.ReservedKey;
import io.github.queuesqlite.store.Terms;
import org.jspecify.annotations.Nullable;

/**
 * Inserts messages: those without keys many at a time, those with keys one by one unless
 * a message has their key. Those with an ordering key go to the end of its line.
 */
final class ShardInserts {

	private final Statements statements;

	private final ShardBooks books;

	private final ShardSequence sequence;

	private final ReservationTable reservations;

	private final OrderingLines lines;

	private final KeyHolders holders;

	private final UniqueWindows windows;

	private final QueueRoom room;

	private final Crowds crowds;

	private final Followers followers;

	private final RelayTable relays;

	private final Checksum checksum = new Checksum();

	ShardInserts(Statements statements, ShardBooks books, ShardSequence sequence, ReservationTable reservations,
			OrderingLines lines, KeyHolders holders, UniqueWindows windows, Crowds crowds, Followers followers,
			RelayTable relays) {
		this.statements = statements;
		this.books = books;
		this.sequence = sequence;
		this.reservations = reservations;
		this.lines = lines;
		this.holders = holders;
		this.windows = windows;
		this.room = new QueueRoom(statements, books, lines, crowds);
		this.crowds = crowds;
		this.followers = followers;
		this.relays = relays;
	}

	/**
	 * Returns per row 0 when it was inserted, the id that has its key, or the negated id
	 * that its unique key is reserved for; and which failed.
	 */
	InsertResult insert(List<Insertion> rows, long now) throws SQLException {
		long[] existing = new long[rows.size()];
		this.sequence.raiseAbove(rows);
		this.room.begin();
		this.windows.begin();
		Map<Integer, QueueException> failed = Map.of();
		List<Insertion> plain = new ArrayList<>(rows.size());
		for (int i = 0; i < existing.length; i++) {
			Insertion row = rows.get(i);
			Terms.Bound bound = row.terms().bound();
			if (isArrived(row)) {
				continue;
			}
			if (row.isWaiting()) {
				QueueException full = insertGroup(row, now);
				if (full != null) {
					failed = failed.isEmpty() ? new HashMap<>() : failed;
					failed.put(i, full);
				}
			}
			else if (bound != null) {
				existing[i] = taken(row, bound, now);
				if (existing[i] == 0 && !isRoom(row, bound, now)) {
					failed = failed.isEmpty() ? new HashMap<>() : failed;
					failed.put(i, this.room.fullException(row, bound));
				}
				else if (existing[i] == 0) {
					existing[i] = insertBounded(row, now);
				}
			}
			else if (row.keys().isEmpty() && row.composition() == Composition.NONE) {
				plain.add(row);
			}
			else {
				existing[i] = insertOne(row, now);
			}
			QueueException unchanged = (existing[i] > 0) ? unchanged(existing[i], row, now) : null;
			if (unchanged != null) {
				failed = failed.isEmpty() ? new HashMap<>() : failed;
				failed.put(i, unchanged);
			}
		}
		insertPlain(plain, now);
		return new InsertResult(existing, failed);
	}

	/**
	 * Whether it has come from the same place before: then it is as if it were stored.
	 */
	private boolean isArrived(Insertion row) throws SQLException {
		Relay.Origin origin = row.terms().origin();
		return origin != null && !this.relays.note(origin);
	}

	/** Changes who has the key, if that is wanted; says why it cannot. */
	private @Nullable QueueException unchanged(long holder, Insertion row, long now) throws SQLException {
		if (!row.terms().onDuplicate().changesExisting()) {
			return null;
		}
		return switch (this.holders.change(holder, row, now)) {
			case CHANGED -> null;
			case RUNNING -> row.runningException(holder);
			case ABSENT -> (this.windows.holder(row, now) == holder) ? row.endedException(holder) : null;
		};
	}

	/** Whose the keys of a row are that needs room; 0 for nobody's. */
	private long taken(Insertion row, Terms.Bound bound, long now) throws SQLException {
		if (row.keys().isEmpty() || !this.room.isFull(row.queue(), bound)) {
			return 0;
		}
		long reserved = reserved(row, now);
		Long holder = (reserved != 0) ? Long.valueOf(reserved) : findHolder(row);
		return (holder != null) ? holder : 0;
	}

	private boolean isRoom(Insertion row, Terms.Bound bound, long now) throws SQLException {
		return !this.room.isFull(row.queue(), bound) || (bound.dropOldest() && this.room.isMadeFor(row, bound, now));
	}

	private long insertBounded(Insertion row, long now) throws SQLException {
		long existing = insertOne(row, now);
		if (existing == 0) {
			this.room.taken(row.queue());
			row.composition().others().forEach((other) -> this.room.taken(other.queue()));
		}
		return existing;
	}

	/** The callback of a group, with its members; says why not. */
	private @Nullable QueueException insertGroup(Insertion row, long now) throws SQLException {
		Insertion full = this.room.firstWithout(row.composition().others());
		if (full != null) {
			return this.room.fullException(full, Objects.requireNonNull(full.terms().bound()));
		}
		insertOne(row, now);
		row.composition().others().forEach((other) -> this.room.taken(other.queue()));
		return null;
	}

	private long insertOne(Insertion row, long now) throws SQLException {
		long existing = 0;
		if (row.keys().isEmpty()) {
			insertPlain(List.of(row), now);
		}
		else {
			existing = insertKeyed(row, now);
		}
		if (existing == 0 && row.composition() != Composition.NONE) {
			insertOthers(row.composition().others(), now);
			this.followers.joined(row);
		}
		return existing;
	}

	private void insertOthers(List<Insertion> rows, long now) throws SQLException {
		List<Insertion> plain = new ArrayList<>(rows.size());
		for (Insertion row : rows) {
			if (!row.keys().isPlaced()) {
				plain.add(row);
			}
			else if (!isInserted(row, now)) {
				throw new SQLException("Message " + row.id() + " was not inserted, yet nothing can have its key");
			}
		}
		insertPlain(plain, now);
	}

	private void insertPlain(List<Insertion> rows, long now) throws SQLException {
		int from = 0;
		while (rows.size() - from >= MessageTable.INSERT_ROWS) {
			PreparedStatement statement = this.statements.prepare(MessageTable.INSERT_MANY);
			for (int i = 0; i < MessageTable.INSERT_ROWS; i++) {
				Insertion row = rows.get(from + i);
				MessageTable.bind(statement, i, row, row.runAt() > now, this.checksum);
			}
			statement.executeUpdate();
			from += MessageTable.INSERT_ROWS;
		}
		for (; from < rows.size(); from++) {
			PreparedStatement statement = this.statements.prepare(MessageTable.INSERT_ONE);
			Insertion row = rows.get(from);
			MessageTable.bind(statement, 0, row, row.runAt() > now, this.checksum);
			statement.executeUpdate();
		}
		rows.forEach((row) -> this.books.inserted(row, now));
	}

	private long insertKeyed(Insertion row, long now) throws SQLException {
		long reserved = reserved(row, now);
		return (reserved != 0 || isInserted(row, now)) ? reserved : holder(row);
	}

	private long reserved(Insertion row, long now) throws SQLException {
		String idempotencyKey = row.keys().idempotencyKey();
		if (idempotencyKey != null) {
			Long reserved = this.reservations.otherHolder(new ReservedKey(null, idempotencyKey), row.id());
			if (reserved != null) {
				return reserved;
			}
		}
		String uniqueKey = row.keys().uniqueKey();
		if (uniqueKey != null) {
			Long reserved = this.reservations.otherHolder(new ReservedKey(row.task(), uniqueKey), row.id());
			if (reserved != null) {
				return -reserved;
			}
		}
		return this.windows.holder(row, now);
	}

	private boolean isInserted(Insertion row, long now) throws SQLException {
		String orderingKey = row.keys().orderingKey();
		if (row.isWaiting() && row.keys().isPlaced()) {
			return isInsertedWaiting(row);
		}
		if (orderingKey != null) {
			return isInsertedInLine(row, orderingKey, now);
		}
		if (row.keys().concurrencyKey() != null) {
			return isInsertedInCrowd(row, row.keys().concurrencyKey(), now);
		}
		PreparedStatement statement = this.statements.prepare(MessageTable.INSERT_KEYED);
		MessageTable.bind(statement, 0, row, row.runAt() > now, this.checksum);
		if (statement.executeUpdate() == 0) {
			return false;
		}
		this.books.inserted(row, now);
		this.windows.inserted(row);
		return true;
	}

	/** It takes its place in its line or crowd when it is set free. */
	private boolean isInsertedWaiting(Insertion row) throws SQLException {
		PreparedStatement statement = this.statements.prepare(MessageTable.INSERT_ORDERED);
		MessageTable.bindOrdered(statement, row, row.id(), StateCode.SCHEDULED, this.checksum);
		if (statement.executeUpdate() == 0) {
			return false;
		}
		this.books.inserted(row, StateCode.SCHEDULED);
		return true;
	}

	private boolean isInsertedInLine(Insertion row, String orderingKey, long now) throws SQLException {
		Long end = this.lines.end(orderingKey);
		int state = (end != null || this.lines.isPaused(orderingKey)) ? StateCode.HELD : StateCode.READY;
		state = (row.runAt() > now) ? StateCode.SCHEDULED : state;
		PreparedStatement statement = this.statements.prepare(MessageTable.INSERT_ORDERED);
		long seq = OrderingLines.place(row.id(), end);
		MessageTable.bindOrdered(statement, row, seq, state, this.checksum);
		if (statement.executeUpdate() == 0) {
			return false;
		}
		this.books.inserted(row, state);
		this.lines.joined(row, orderingKey, seq, state);
		return true;
	}

	private boolean isInsertedInCrowd(Insertion row, String key, long now) throws SQLException {
		int state = this.crowds.isOpen(key, row.task()) ? StateCode.READY : StateCode.HELD;
		state = (row.runAt() > now) ? StateCode.SCHEDULED : state;
		PreparedStatement statement = this.statements.prepare(MessageTable.INSERT_KEYED);
		MessageTable.bind(statement, 0, row, false, this.checksum);
		MessageTable.bindState(statement, state);
		if (statement.executeUpdate() == 0) {
			return false;
		}
		this.books.inserted(row, state);
		this.crowds.joined(row, key, state);
		return true;
	}

	private @Nullable Long findHolder(Insertion row) throws SQLException {
		String idempotencyKey = row.keys().idempotencyKey();
		Long holder = (idempotencyKey != null)
				? this.statements.number(MessageTable.FIND_BY_IDEMPOTENCY_KEY, idempotencyKey) : null;
		return (holder != null) ? holder
				: this.statements.number(MessageTable.FIND_BY_UNIQUE_KEY, row.task(), row.keys().uniqueKey());
	}

	private long holder(Insertion row) throws SQLException {
		Long holder = findHolder(row);
		if (holder == null) {
			throw new SQLException("Message " + row.id() + " was not inserted, yet nothing has its key");
		}
		return holder;
	}

}
