package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;

import org.jspecify.annotations.Nullable;

/**
 * Statements on the tables {@code line} and {@code turn}: the messages of each ordering
 * key that have not ended, and which of them may run or runs.
 */
final class LineTable {

	static final String IS_ANY = "EXISTS (SELECT 1 FROM line)";

	static final String ADD = """
			INSERT INTO line (ordering_key, seq, message_id) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING""";

	static final String REMOVE = "DELETE FROM line WHERE ordering_key = ?1 AND seq = ?2 AND message_id = ?3";

	static final String END = "SELECT max(seq) FROM line WHERE ordering_key = ?1";

	/** The first entry, with its message if that exists. */
	static final String FRONT = """
			SELECT line.message_id, line.seq, coalesce(message.state, 99), queue, task, priority, deaths
			FROM line LEFT JOIN message ON message.id = line.message_id
			WHERE line.ordering_key = ?1
			ORDER BY line.seq, line.message_id
			LIMIT 1""";

	static final String TURN = """
			SELECT message.id, message.seq, state, queue, task, priority, deaths
			FROM turn JOIN message ON message.id = turn.message_id
			WHERE turn.ordering_key = ?1 AND state IN (20, 22, 30)""";

	static final String GIVE_TURN = """
			INSERT INTO turn (ordering_key, message_id) VALUES (?1, ?2)
			ON CONFLICT (ordering_key) DO UPDATE SET message_id = excluded.message_id""";

	static final String END_TURN = "DELETE FROM turn WHERE ordering_key = ?1";

	/** Makes both anew from the messages. */
	static final String[] REBUILD = { "DELETE FROM line", "DELETE FROM turn", """
			INSERT INTO line (ordering_key, seq, message_id)
			SELECT ordering_key, seq, id FROM message
			WHERE ordering_key IS NOT NULL AND state < 40 AND id NOT IN (SELECT message_id FROM waiting)""", """
			INSERT INTO turn (ordering_key, message_id)
			SELECT ordering_key, id FROM message WHERE ordering_key IS NOT NULL AND state IN (20, 22, 30)""" };

	private final Statements statements;

	LineTable(Statements statements) {
		this.statements = statements;
	}

	/** Returns the end of a line; null when it is empty. */
	@Nullable Long end(String key) throws SQLException {
		return this.statements.number(END, key);
	}

	void add(String key, long seq, long messageId) throws SQLException {
		this.statements.update(ADD, key, seq, messageId);
	}

	/**
	 * Returns who is in front, without those that have ended; null when nobody is there.
	 */
	@Nullable Place front(String key) throws SQLException {
		Place front;
		while ((front = read(FRONT, key)) != null && front.state() >= StateCode.COMPLETED) {
			this.statements.update(REMOVE, key, front.seq(), front.id());
		}
		return front;
	}

	/** Returns who has the turn; null when nobody has it. */
	@Nullable Place turn(String key) throws SQLException {
		return read(TURN, key);
	}

	void giveTurn(String key, long messageId) throws SQLException {
		this.statements.update(GIVE_TURN, key, messageId);
	}

	/** The line is empty. */
	void endTurn(String key) throws SQLException {
		this.statements.update(END_TURN, key);
	}

	private @Nullable Place read(String sql, String key) throws SQLException {
		Place[] found = { null };
		this.statements.each((row) -> found[0] = new Place(row.getLong(1), row.getLong(2), row.getInt(3),
				row.getString(4), row.getString(5), row.getInt(6), row.getInt(7) != 0), sql, key);
		return found[0];
	}

	/**
	 * A message of a line.
	 *
	 * @param id the message
	 * @param seq its place
	 * @param state its state code
	 * @param queue its queue
	 * @param task its task
	 * @param priority higher first
	 * @param suspect whether its process died when it ran last
	 */
	record Place(long id, long seq, int state, String queue, String task, int priority, boolean suspect) {

	}

}
