package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.message.AuditEntry;

/**
 * Statements on the table {@code audit}: the latest of what people have done to the
 * queue.
 */
final class AuditTable {

	/** How many are kept. */
	static final int MOST = 10_000;

	private static final String ADD = """
			INSERT INTO audit (done_at, actor, action, target, outcome, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)""";

	private static final String FORGET = "DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit) - ?1";

	private static final String LATEST = """
			SELECT done_at, actor, action, target, outcome, detail FROM audit ORDER BY id DESC LIMIT ?1""";

	private AuditTable() {
	}

	static void add(Statements statements, AuditEntry entry) throws SQLException {
		statements.update(ADD, entry.at().toEpochMilli(), entry.actor(), entry.action(), entry.target(),
				entry.outcome().name(), entry.detail());
		statements.update(FORGET, MOST);
	}

	/** The latest first. */
	static List<AuditEntry> latest(Statements statements, int max) throws SQLException {
		List<AuditEntry> entries = new ArrayList<>();
		statements.each(
				(row) -> entries
					.add(new AuditEntry(Instant.ofEpochMilli(row.getLong(1)), row.getString(2), row.getString(3),
							row.getString(4), AuditEntry.Outcome.valueOf(row.getString(5)), row.getString(6))),
				LATEST, max);
		return entries;
	}

}
