package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.message.StateChange;
import io.github.queuesqlite.store.HistoryRule;

/**
 * Statements on the table {@code history}, and the triggers of a connection that write
 * it: in the transaction of the change, whatever makes it. A connection without them pays
 * nothing.
 */
final class HistoryTable {

	private static final String MOMENT = "CREATE TEMP TABLE history_moment (at INTEGER NOT NULL)";

	private static final String FIRST_MOMENT = "INSERT INTO temp.history_moment (at) VALUES (0)";

	private static final String NOW = "UPDATE temp.history_moment SET at = ?1";

	private static final String INSERTED = """
			CREATE TEMP TRIGGER history_inserted AFTER INSERT ON main.message
			BEGIN
			    INSERT INTO history (message_id, changed_at, state, attempt, epoch)
			    VALUES (NEW.id, (SELECT at FROM history_moment),
			        CASE WHEN NEW.state IN (21, 22) THEN 20 ELSE NEW.state END, NEW.attempt, 0);
			END""";

	/** What holds a READY message back changes, its state does not. */
	private static final String CHANGED = """
			CREATE TEMP TRIGGER history_changed AFTER UPDATE OF state ON main.message
			WHEN NEW.state <> OLD.state AND (NEW.state NOT IN (20, 21, 22) OR OLD.state NOT IN (20, 21, 22))
			BEGIN
			    INSERT INTO history (message_id, changed_at, state, attempt, epoch)
			    VALUES (NEW.id, (SELECT at FROM history_moment),
			        CASE WHEN NEW.state IN (21, 22) THEN 20 ELSE NEW.state END, NEW.attempt,
			        CASE WHEN NEW.state = 30 THEN NEW.owner WHEN OLD.state = 30 THEN OLD.owner ELSE 0 END);
			END""";

	/** Only what is completed and not kept goes while it is RUNNING. */
	private static final String COMPLETED = """
			CREATE TEMP TRIGGER history_completed AFTER DELETE ON main.message
			WHEN OLD.state = 30
			BEGIN
			    INSERT INTO history (message_id, changed_at, state, attempt, epoch)
			    VALUES (OLD.id, (SELECT at FROM history_moment), 40, OLD.attempt, OLD.owner);
			END""";

	static final String OF_MESSAGE = """
			SELECT state, changed_at, attempt, name
			FROM history LEFT JOIN instance ON instance.epoch = history.epoch
			WHERE message_id = ?1
			ORDER BY number""";

	/** Numbers rise with time. */
	static final String PRUNE_BY_AGE = """
			DELETE FROM history WHERE number IN (
			    SELECT number FROM (SELECT number, changed_at FROM history ORDER BY number LIMIT ?2)
			    WHERE changed_at < ?1)""";

	static final String PRUNE_BY_COUNT = """
			DELETE FROM history WHERE number IN (
			    SELECT number FROM history WHERE number <= (SELECT max(number) FROM history) - ?1
			    ORDER BY number LIMIT ?2)""";

	private static final String OLDEST = "SELECT changed_at FROM history ORDER BY number LIMIT 1";

	private static final String ROWS = "SELECT (SELECT max(number) FROM history) - (SELECT min(number) FROM history) + 1";

	private final Statements statements;

	private final HistoryRule rule;

	HistoryTable(Statements statements, HistoryRule rule) throws SQLException {
		this.statements = statements;
		this.rule = rule;
		if (rule.recorded()) {
			for (String sql : List.of(MOMENT, FIRST_MOMENT, INSERTED, CHANGED, COMPLETED)) {
				statements.run(sql);
			}
		}
	}

	/** A transaction has begun. */
	void begun(InstantSource clock) throws SQLException {
		if (this.rule.recorded()) {
			this.statements.update(NOW, clock.millis());
		}
	}

	/** With each transaction, where some is recorded. */
	int prune(int max) throws SQLException {
		return this.rule.recorded() ? pruneByCount(max) : 0;
	}

	/** Of what is left over too. */
	int pruneByAge(int max, long now) throws SQLException {
		return this.statements.update(PRUNE_BY_AGE, now - this.rule.keep().toMillis(), max) + pruneByCount(max);
	}

	private int pruneByCount(int max) throws SQLException {
		return this.statements.update(PRUNE_BY_COUNT, this.rule.maxRows(), max);
	}

	static boolean mayPrune(Statements statements, HistoryRule rule, long now) throws SQLException {
		Long oldest = statements.number(OLDEST);
		if (oldest == null) {
			return false;
		}
		Long rows = statements.number(ROWS);
		return oldest < now - rule.keep().toMillis() || (rows != null && rows > rule.maxRows());
	}

	static List<StateChange> of(Statements statements, long id) throws SQLException {
		List<StateChange> changes = new ArrayList<>();
		statements.each((row) -> changes.add(new StateChange(StateCode.toState(row.getInt(1)),
				Instant.ofEpochMilli(row.getLong(2)), row.getInt(3), row.getString(4))), OF_MESSAGE, id);
		return changes;
	}

}
