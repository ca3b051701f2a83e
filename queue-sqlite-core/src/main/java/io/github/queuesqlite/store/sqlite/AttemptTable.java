package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.util.List;

import io.github.queuesqlite.store.RunKey;

/** Statements on the table {@code failed_attempt}. */
final class AttemptTable {

	private static final String RECORD = """
			INSERT OR REPLACE INTO failed_attempt (message_id, run, failure) VALUES (?1, ?2, ?3)""";

	private static final String DELETE = """
			DELETE FROM failed_attempt WHERE message_id IN (SELECT value FROM json_each(?1))""";

	private final Statements statements;

	AttemptTable(Statements statements) {
		this.statements = statements;
	}

	void record(RunKey key, String failure) throws SQLException {
		this.statements.update(RECORD, key.id(), key.run(), failure);
	}

	/** Deletes the attempts of messages that are gone. */
	void delete(List<Long> ids) throws SQLException {
		if (!ids.isEmpty()) {
			delete(LongJson.of(ids));
		}
	}

	void delete(String ids) throws SQLException {
		this.statements.update(DELETE, ids);
	}

}
