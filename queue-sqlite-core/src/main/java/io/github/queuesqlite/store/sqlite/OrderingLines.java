package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * The lines of messages with one ordering key, by their order numbers: whoever has the
 * turn is READY, a suspect or RUNNING, the others are held or SCHEDULED. What changes a
 * message of a line makes it held rather than READY, and then has the turn given, in the
 * same transaction.
 * <p>
 * The turn stands in the rows alone, so nothing can disagree with them; that a line has
 * no two is also the file's own rule.
 */
final class OrderingLines {

	private final Statements statements;

	private final ShardBooks books;

	OrderingLines(Statements statements, ShardBooks books) {
		this.statements = statements;
		this.books = books;
	}

	/**
	 * Returns the place of a new message.
	 * @param id its id
	 * @param last the end of its line, null when there is none
	 */
	static long place(long id, @Nullable Long last) {
		return (last != null) ? Math.max(id, last + 1) : id;
	}

	/** Returns the end of a line; null when it is empty. */
	@Nullable Long end(String key) throws SQLException {
		return this.statements.number(MessageTable.LAST_SEQ, key);
	}

	/**
	 * Returns the keys of messages that a process of this writer has claimed. Reads
	 * nothing while there are none.
	 */
	Set<String> ofClaimed(Collection<Long> ids) throws SQLException {
		if (!this.books.isAnyOrdered()) {
			return Set.of();
		}
		Set<String> keys = new HashSet<>();
		this.statements.each((row) -> keys.add(row.getString(1)), MessageTable.ORDERING_KEYS, LongJson.of(ids));
		return keys;
	}

	/** Gives the turn of each line to who is in front. */
	void arrange(Collection<String> keys) throws SQLException {
		for (String key : keys) {
			arrange(key);
		}
	}

	/** Gives the turn of a line, if the message has one, to who is in front. */
	void arrange(@Nullable String key) throws SQLException {
		Place front = (key != null) ? read(MessageTable.FRONT, key) : null;
		if (key == null || front == null) {
			return;
		}
		Place turn = read(MessageTable.TURN, key);
		if (turn != null) {
			if (turn.id() == front.id() || turn.state() == StateCode.RUNNING) {
				return;
			}
			// One that is older was brought back by hand.
			move(turn, StateCode.HELD);
		}
		if (front.state() == StateCode.HELD) {
			move(front, front.suspect() ? StateCode.SUSPECT : StateCode.READY);
			this.books.ready(front.queue(), front.task(), front.priority(), front.suspect());
		}
	}

	private void move(Place place, int state) throws SQLException {
		this.statements.update(MessageTable.SET_STATE, state, place.id());
		this.books.moved(place.queue(), place.task(), StateCode.counted(place.state()), StateCode.counted(state), 1);
		if (place.state() == StateCode.SUSPECT) {
			this.books.readySuspects().changed();
		}
		else if (place.state() == StateCode.READY) {
			this.books.readyTasks().claimed(place.queue(), List.of(place.task()));
		}
	}

	private @Nullable Place read(String sql, String key) throws SQLException {
		Place[] found = { null };
		this.statements.each((row) -> found[0] = new Place(row.getLong(1), row.getInt(2), row.getString(3),
				row.getString(4), row.getInt(5), row.getInt(6) != 0), sql, key);
		return found[0];
	}

	/** A message of a line. */
	private record Place(long id, int state, String queue, String task, int priority, boolean suspect) {

	}

}
