package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.sqlite.LineTable.Place;
import org.jspecify.annotations.Nullable;

/**
 * The lines of messages with one ordering key, by their order numbers: whoever has the
 * turn is READY, a suspect or RUNNING, the others are held or SCHEDULED. What changes a
 * message of a line makes it held rather than READY, and then has the turn given, in the
 * same transaction.
 * <p>
 * The states of the messages decide: an entry of a line whose message has ended, or a
 * turn whose holder neither may run nor runs, counts as none.
 */
final class OrderingLines {

	private final Statements statements;

	private final ShardBooks books;

	private final LineTable table;

	OrderingLines(Statements statements, ShardBooks books) {
		this.statements = statements;
		this.books = books;
		this.table = new LineTable(statements);
	}

	/** Whether nobody of a line may have the turn. */
	boolean isPaused(String key) throws SQLException {
		return this.books.pauses().isKeyPaused(key);
	}

	/** Returns the end of a line; null when it is empty. */
	@Nullable Long end(String key) throws SQLException {
		return this.table.end(key);
	}

	/** Returns whether no message of a line has yet to end. */
	boolean isEmpty(String key) throws SQLException {
		return this.table.front(key) == null;
	}

	/**
	 * Returns the place of a new message.
	 * @param id its id
	 * @param last the end of its line, null when there is none
	 */
	static long place(long id, @Nullable Long last) {
		return (last != null) ? Math.max(id, last + 1) : id;
	}

	/**
	 * A new message has come to the end of a line; it is READY when it is alone there.
	 */
	void joined(Insertion row, String key, long seq, int state) throws SQLException {
		this.table.add(key, seq, row.id());
		if (state == StateCode.READY) {
			this.table.giveTurn(key, row.id());
		}
		this.books.ordered();
	}

	/** A message that had ended stands in its line again, in its place. */
	void returned(String key, long id, long seq) throws SQLException {
		this.table.add(key, seq, id);
		this.books.ordered();
	}

	/**
	 * Returns the keys of messages that this process has claimed. Reads nothing while
	 * there are none.
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

	/**
	 * Gives the turn of a line to who is in front.
	 * @param key null for a message that stands in none
	 */
	void arrange(@Nullable String key) throws SQLException {
		if (key == null) {
			return;
		}
		Place front = this.table.front(key);
		if (front == null) {
			this.table.endTurn(key);
			return;
		}
		Place turn = this.table.turn(key);
		if (this.books.pauses().isKeyPaused(key)) {
			if (turn != null && turn.state() != StateCode.RUNNING) {
				move(turn, StateCode.HELD);
			}
			return;
		}
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
			this.table.giveTurn(key, front.id());
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

}
