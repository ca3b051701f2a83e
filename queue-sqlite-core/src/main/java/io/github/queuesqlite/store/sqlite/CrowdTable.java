package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Statements on the tables {@code crowd}, {@code key_limit} and {@code key_weight}: the
 * messages of each task and concurrency key that have not ended, and how many of them may
 * be let through.
 */
final class CrowdTable {

	/** Held until it is let through. */
	static final int WAITS = 0;

	/** Let through and not claimed. */
	static final int PASSED = 1;

	static final int NOT_DUE = 2;

	static final int RUNS = 3;

	static final String IS_ANY = "EXISTS (SELECT 1 FROM crowd)";

	/** The key of a message, which stands among its attributes; null for none. */
	static final String KEY = """
			json_extract(CASE WHEN json_valid(attributes) THEN attributes END, '$.concurrencyKey')""";

	static final String ADD = """
			INSERT INTO crowd (message_id, task, concurrency_key, phase, priority, seq)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6)""";

	static final String ADD_AGAIN = "INSERT INTO crowd (message_id, task, concurrency_key, phase, priority, seq)"
			+ " SELECT id, task, " + KEY + ", 0, priority, seq FROM message WHERE id = ?1 AND " + KEY + """
					 IS NOT NULL
					ON CONFLICT DO NOTHING""";

	static final String CHANGED = """
			SELECT message_id, crowd.task, concurrency_key, phase, coalesce(message.state, 99), message.seq, queue, begun
			FROM crowd LEFT JOIN message ON message.id = message_id
			WHERE message_id IN (SELECT value FROM json_each(?1))""";

	static final String REMOVE = "DELETE FROM crowd WHERE message_id = ?1";

	static final String SET_PHASE = "UPDATE crowd SET phase = ?1, seq = ?2, begun = ?4 WHERE message_id = ?3";

	static final String LET_THROUGH = """
			SELECT coalesce(sum(phase = 1), 0), count(*) FROM crowd
			WHERE task = ?1 AND concurrency_key = ?2 AND phase IN (1, 3)""";

	/** Who is let through and has not begun. */
	static final String TOKENS = """
			SELECT count(*) FROM crowd
			WHERE task = ?1 AND concurrency_key = ?2 AND phase IN (1, 3) AND begun = 0""";

	static final String FIRST = """
			SELECT message_id, queue, message.priority, deaths
			FROM crowd JOIN message ON message.id = message_id
			WHERE crowd.task = ?1 AND concurrency_key = ?2 AND phase = 0
			ORDER BY crowd.priority DESC, crowd.seq
			LIMIT 1""";

	static final String OPEN = "UPDATE message SET state = ?1, seq = ?2 WHERE id = ?3";

	static final String LIMIT = "SELECT coalesce(chosen, declared) FROM key_limit WHERE task = ?1";

	static final String WEIGHT = "SELECT weight FROM key_weight WHERE concurrency_key = ?1";

	static final String DECLARE = """
			INSERT INTO key_limit (task, declared) VALUES (?1, ?2)
			ON CONFLICT (task) DO UPDATE SET declared = excluded.declared WHERE declared <> excluded.declared""";

	static final String CHANGE = "UPDATE key_limit SET chosen = ?2 WHERE task = ?1";

	static final String DECLARE_NONE = "DELETE FROM key_limit WHERE task = ?1";

	static final String WEIGH = """
			INSERT INTO key_weight (concurrency_key, weight) VALUES (?1, ?2)
			ON CONFLICT (concurrency_key) DO UPDATE SET weight = excluded.weight""";

	static final String WEIGH_NORMALLY = "DELETE FROM key_weight WHERE concurrency_key = ?1";

	static final String WAITING_CROWDS = "SELECT DISTINCT task, concurrency_key FROM crowd WHERE phase = 0";

	/** Reads the whole table: for what is done by hand. */
	static final String PASSED_OF_KEY = "SELECT message_id FROM crowd WHERE concurrency_key = ?1 AND phase = 1";

	static final String WAITING_OF_KEY = """
			SELECT DISTINCT task, concurrency_key FROM crowd WHERE concurrency_key = ?1 AND phase = 0""";

	/** Makes it anew from the messages. */
	static final String[] REBUILD = { "DELETE FROM crowd",
			"INSERT INTO crowd (message_id, task, concurrency_key, phase, priority, seq) SELECT id, task, " + KEY
					+ ", CASE state WHEN 10 THEN 2 WHEN 21 THEN 0 WHEN 30 THEN 3 ELSE 1 END, priority, seq"
					+ " FROM message WHERE state < 40 AND " + KEY
					+ " IS NOT NULL AND id NOT IN (SELECT message_id FROM waiting)" };

	private final Statements statements;

	CrowdTable(Statements statements) {
		this.statements = statements;
	}

	/** Reads what became of some messages; those that are gone have a state of 99. */
	List<Member> changed(String ids) throws SQLException {
		List<Member> members = new ArrayList<>();
		this.statements.each(
				(row) -> members.add(new Member(row.getLong(1), new Crowd(row.getString(2), row.getString(3)),
						row.getInt(4), row.getInt(5), row.getLong(6), row.getString(7), row.getInt(8) != 0)),
				CHANGED, ids);
		return members;
	}

	void setPhase(long id, int phase, long seq, boolean begun) throws SQLException {
		this.statements.update(SET_PHASE, phase, seq, id, begun);
	}

	/** Returns how many of a crowd have a token in hand, if there are tokens. */
	int tokens(Crowd crowd) throws SQLException {
		Long tokens = this.statements.number(TOKENS, crowd.task(), crowd.key());
		return (tokens != null) ? tokens.intValue() : 0;
	}

	/** Returns who is let through next; null when nobody waits. */
	@Nullable Waiting first(Crowd crowd) throws SQLException {
		Waiting[] found = { null };
		this.statements.each(
				(row) -> found[0] = new Waiting(row.getLong(1), row.getString(2), row.getInt(3), row.getInt(4) != 0),
				FIRST, crowd.task(), crowd.key());
		return found[0];
	}

	/** Returns the messages of a key that are let through and not claimed. */
	List<Long> passedOf(String key) throws SQLException {
		List<Long> ids = new ArrayList<>();
		this.statements.each((row) -> ids.add(row.getLong(1)), PASSED_OF_KEY, key);
		return ids;
	}

	/** Returns the crowds of a key of which somebody waits. */
	List<Crowd> waitingOf(String key) throws SQLException {
		List<Crowd> crowds = new ArrayList<>();
		this.statements.each((row) -> crowds.add(new Crowd(row.getString(1), row.getString(2))), WAITING_OF_KEY, key);
		return crowds;
	}

	/** Returns how many of a crowd are let through. */
	Passed passed(Crowd crowd) throws SQLException {
		Passed[] found = { new Passed(0, 0) };
		this.statements.each((row) -> found[0] = new Passed(row.getInt(1), row.getInt(2)), LET_THROUGH, crowd.task(),
				crowd.key());
		return found[0];
	}

	/** Returns how many of a key may run at once. */
	long limit(String task) throws SQLException {
		Long limit = this.statements.number(LIMIT, task);
		return (limit != null) ? limit : Long.MAX_VALUE;
	}

	long weight(String key) throws SQLException {
		Long weight = this.statements.number(WEIGHT, key);
		return (weight != null) ? weight : 1;
	}

	/**
	 * The messages of one task with one concurrency key.
	 *
	 * @param task the task
	 * @param key the key
	 */
	record Crowd(String task, String key) {

	}

	/**
	 * A message with a concurrency key.
	 *
	 * @param id the message
	 * @param crowd where it belongs
	 * @param phase where it stood
	 * @param state its state code now
	 * @param seq its order number now
	 * @param queue its queue
	 * @param begun whether its run is known to have begun
	 */
	record Member(long id, Crowd crowd, int phase, int state, long seq, String queue, boolean begun) {

		boolean isLetThrough() {
			return this.phase == PASSED || this.phase == RUNS;
		}

		/** If its task has a rate. */
		boolean hasToken() {
			return isLetThrough() && !this.begun;
		}

	}

	/**
	 * A message that is held.
	 *
	 * @param id the message
	 * @param queue its queue
	 * @param priority higher first
	 * @param suspect whether its process died when it ran last
	 */
	record Waiting(long id, String queue, int priority, boolean suspect) {

	}

	/**
	 * How many messages of a crowd are let through.
	 *
	 * @param ready how many of them are not claimed
	 * @param all how many
	 */
	record Passed(int ready, int all) {

	}

}
