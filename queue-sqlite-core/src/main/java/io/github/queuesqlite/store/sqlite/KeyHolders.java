package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;

import io.github.queuesqlite.message.OnDuplicate;
import io.github.queuesqlite.store.HolderChange;
import io.github.queuesqlite.store.Insertion;
import org.jspecify.annotations.Nullable;

/**
 * Changes the message that has the unique key of a new one, as the sender of the new one
 * wants it.
 */
final class KeyHolders {

	private static final String HOLDER = """
			SELECT state, run_at FROM message
			WHERE id = ?1 AND +task = ?2 AND +unique_key = ?3 AND state < 40""";

	private final Statements statements;

	private final ShardChanges changes;

	KeyHolders(Statements statements, ShardChanges changes) {
		this.statements = statements;
		this.changes = changes;
	}

	HolderChange change(long id, Insertion row, long now) throws SQLException {
		Holder holder = read(id, row);
		OnDuplicate mode = row.terms().onDuplicate();
		if (holder == null) {
			return HolderChange.ABSENT;
		}
		if (mode == OnDuplicate.KEEP_EARLIEST) {
			if (holder.state() != StateCode.RUNNING && row.runAt() < holder.runAt()) {
				this.changes.reschedule(id, row.runAt(), now);
			}
			return HolderChange.CHANGED;
		}
		if (holder.state() == StateCode.RUNNING) {
			return HolderChange.RUNNING;
		}
		this.changes.updatePayload(id, row.codec(), row.payload());
		if (mode == OnDuplicate.DEBOUNCE) {
			this.changes.reschedule(id, row.runAt(), now);
		}
		return HolderChange.CHANGED;
	}

	private @Nullable Holder read(long id, Insertion row) throws SQLException {
		Holder[] found = { null };
		this.statements.each((result) -> found[0] = new Holder(result.getInt(1), result.getLong(2)), HOLDER, id,
				row.task(), row.keys().uniqueKey());
		return found[0];
	}

	/** A live message that has the key. */
	private record Holder(int state, long runAt) {

	}

}
