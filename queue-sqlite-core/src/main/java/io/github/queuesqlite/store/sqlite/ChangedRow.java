package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.StoreListener;
import org.jspecify.annotations.Nullable;

/**
 * What a change of a message that does not run must know of it.
 *
 * @param state the code under which its state is counted
 * @param queue its queue
 * @param task its task
 * @param hold what spares it from pruning by count
 * @param suspect whether its process died when it ran last
 * @param orderingKey whose line it stands in; null for none
 * @param seq its order number
 */
record ChangedRow(int state, String queue, String task, int hold, boolean suspect, @Nullable String orderingKey,
		long seq) {

	/** Reads a row; null when there is none. */
	static @Nullable ChangedRow read(Statements statements, long id) throws SQLException {
		ChangedRow[] found = { null };
		statements.each(
				(row) -> found[0] = new ChangedRow(StateCode.counted(row.getInt(1)), row.getString(2), row.getString(3),
						row.getInt(4), row.getInt(5) != 0, row.getString(6), row.getLong(7)),
				MessageTable.STATE_OF, id);
		return found[0];
	}

	/** The code of READY for it, before the turn in its line is given. */
	int ready() {
		if (this.orderingKey != null) {
			return StateCode.HELD;
		}
		return this.suspect ? StateCode.SUSPECT : StateCode.READY;
	}

	boolean isPrunable() {
		return this.hold != 1 && this.state >= StateCode.COMPLETED && this.state != StateCode.DEAD;
	}

	StoreListener.Ended ended(long id, @Nullable MessageState state) {
		return new StoreListener.Ended(id, this.queue, this.task, state, null, null, null);
	}

}
