package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;

import io.github.queuesqlite.store.RunKey;

/**
 * Statements on the table {@code signal}: cancellations meant for runs of another
 * process.
 */
final class SignalTable {

	private static final String PUT = """
			INSERT OR REPLACE INTO signal (message_id, epoch, run) VALUES (?1, ?2, ?3)""";

	private static final String ALL = "SELECT message_id, epoch, run FROM signal";

	private static final String DELETE = "DELETE FROM signal WHERE epoch = ?1 AND message_id = ?2";

	private static final String DELETE_OF_EPOCH = "DELETE FROM signal WHERE epoch = ?1";

	private final Statements statements;

	SignalTable(Statements statements) {
		this.statements = statements;
	}

	void put(RunKey key) throws SQLException {
		this.statements.update(PUT, key.id(), key.epoch(), key.run());
	}

	/** Returns what is meant for the epochs; queues and tasks are empty. */
	List<RunKey> of(LongPredicate epochs, int shard) throws SQLException {
		List<RunKey> keys = new ArrayList<>();
		this.statements.each((row) -> {
			if (epochs.test(row.getLong(2))) {
				keys.add(new RunKey(shard, row.getLong(1), row.getLong(2), row.getLong(3), "", ""));
			}
		}, ALL);
		return keys;
	}

	void delete(List<RunKey> keys) throws SQLException {
		for (RunKey key : keys) {
			this.statements.update(DELETE, key.epoch(), key.id());
		}
	}

	void deleteOf(long epoch) throws SQLException {
		this.statements.update(DELETE_OF_EPOCH, epoch);
	}

}
