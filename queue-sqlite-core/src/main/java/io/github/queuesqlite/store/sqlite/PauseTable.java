package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.util.Set;
import java.util.TreeSet;

/** Statements on the table {@code queue}, which holds the paused queues. */
final class PauseTable {

	private final Statements statements;

	PauseTable(Statements statements) {
		this.statements = statements;
	}

	void pause(String queue, long now) throws SQLException {
		this.statements.update("INSERT INTO queue (name, paused_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING", queue,
				now);
	}

	void resume(String queue) throws SQLException {
		this.statements.update("DELETE FROM queue WHERE name = ?1", queue);
	}

	Set<String> names() throws SQLException {
		Set<String> names = new TreeSet<>();
		this.statements.each((row) -> names.add(row.getString(1)), "SELECT name FROM queue");
		return names;
	}

}
