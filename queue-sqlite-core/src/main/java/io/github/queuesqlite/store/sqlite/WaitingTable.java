package io.github.queuesqlite.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.github.queuesqlite.store.FailureCodec;
import io.github.queuesqlite.store.FailureRecord;
import io.github.queuesqlite.store.StoreListener;
import io.github.queuesqlite.store.Wait;
import org.jspecify.annotations.Nullable;

/**
 * Statements on the tables {@code waiting}, {@code follower} and {@code arrival}: which
 * messages wait for others, for which ones, and what became of those.
 */
final class WaitingTable {

	static final String IS_ANY = "(EXISTS (SELECT 1 FROM follower) OR EXISTS (SELECT 1 FROM waiting))";

	/** The state of an arrival whose message was deleted before its end. */
	static final int DELETED = 0;

	/** How large the results of those that a message waits for may be together. */
	private static final long MOST_RESULT_BYTES = 8L * 1024 * 1024;

	static final String ADD = """
			INSERT INTO waiting (message_id, kind, missing, takes_payload, delay, run_at, time_to_live)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)""";

	static final String ADD_FOLLOWER = """
			INSERT INTO follower (message_id, waiting_id, position, home) VALUES (?1, ?2, ?3, ?4)""";

	static final String FOLLOWERS = """
			SELECT message_id, waiting_id, position FROM follower
			WHERE message_id IN (SELECT value FROM json_each(?1))
			ORDER BY message_id, waiting_id""";

	static final String READ = """
			SELECT waiting.message_id, kind, missing, takes_payload, stopped, delay, waiting.run_at, time_to_live,
			    message.state, message.run_at, queue, task, hold
			FROM waiting JOIN message ON message.id = waiting.message_id
			WHERE waiting.message_id = ?1""";

	static final String NOTE = """
			INSERT INTO arrival (waiting_id, position, message_id, task, state, codec, result, failure)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
			ON CONFLICT DO NOTHING""";

	static final String ADD_MISSING = "UPDATE waiting SET missing = missing + ?1 WHERE message_id = ?2";

	static final String UNNOTE = "DELETE FROM arrival WHERE waiting_id = ?1 AND position = ?2";

	/** What waits for each other, in both directions. */
	static final String TOGETHER = """
			WITH RECURSIVE together(id) AS (
			    SELECT value FROM json_each(?1)
			    UNION
			    SELECT waiting_id FROM together JOIN follower ON message_id = together.id
			    UNION
			    SELECT message_id FROM together JOIN follower ON waiting_id = together.id)
			SELECT id FROM together""";

	/** At most so many, with what each waits for. */
	static final String NODES = "SELECT message.id, task, queue, state, kind, missing, ("
			+ "SELECT json_group_array(message_id ORDER BY position) FROM follower WHERE waiting_id = message.id), "
			+ "(SELECT count(*) FROM follower WHERE waiting_id = message.id) FROM message"
			+ " LEFT JOIN waiting ON waiting.message_id = message.id AND state = 10 WHERE message.id IN (" + TOGETHER
			+ ") ORDER BY message.id LIMIT ?2";

	static final String MISSING = "SELECT missing FROM waiting WHERE message_id = ?1";

	static final String COUNT_ARRIVALS = "SELECT state, count(*) FROM arrival WHERE waiting_id = ?1 GROUP BY state";

	static final String COUNT_WAITED_FOR = """
			SELECT state, count(*) FROM follower JOIN message ON message.id = follower.message_id
			WHERE waiting_id = ?1
			GROUP BY state""";

	/** Those that are too large together are not read. */
	static final String ARRIVALS = """
			SELECT message_id, task, state, codec, result, failure, coalesce(length(result), 0) FROM arrival
			WHERE waiting_id = ?1
			ORDER BY position""";

	static final String SET_STOPPED = "UPDATE waiting SET stopped = ?1 WHERE message_id = ?2";

	static final String KEEPS_PAYLOAD = "UPDATE waiting SET takes_payload = 0 WHERE message_id = ?1";

	static final String RESCHEDULE = """
			UPDATE waiting SET run_at = ?1, delay = NULL
			WHERE message_id = ?2
			    AND EXISTS (SELECT 1 FROM message WHERE id = ?2 AND state = 10 AND run_at = ?3)""";

	static final String IS_STORED = "SELECT 1 FROM message WHERE id = ?1";

	static final String[] FORGET = { """
			DELETE FROM main.follower WHERE message_id IN (SELECT value FROM json_each(?1))""", """
			DELETE FROM main.waiting WHERE message_id IN (SELECT value FROM json_each(?1))""", """
			DELETE FROM main.arrival WHERE waiting_id IN (SELECT value FROM json_each(?1))""" };

	private static final String[] FREE = { "DELETE FROM waiting WHERE message_id = ?1",
			"DELETE FROM arrival WHERE waiting_id = ?1" };

	private final Statements statements;

	WaitingTable(Statements statements) {
		this.statements = statements;
	}

	/** A message waits for others of its shard. */
	void add(long id, Wait wait, int shard) throws SQLException {
		this.statements.update(ADD, id, code(wait.kind()), wait.messages().size(), wait.takesPayload(), wait.delay(),
				wait.runAt(), wait.timeToLive());
		int position = 0;
		for (long message : wait.messages()) {
			this.statements.update(ADD_FOLLOWER, message, id, position++, shard);
		}
	}

	/** Reads who waits for which of some messages. */
	Map<Long, List<Edge>> followers(Collection<Long> ids) throws SQLException {
		Map<Long, List<Edge>> edges = new HashMap<>();
		this.statements.each((row) -> edges.computeIfAbsent(row.getLong(1), (id) -> new ArrayList<>())
			.add(new Edge(row.getLong(2), row.getInt(3))), FOLLOWERS, LongJson.of(ids));
		return edges;
	}

	/** Reads who waits for a message. */
	List<Edge> followers(long id) throws SQLException {
		return followers(List.of(id)).getOrDefault(id, List.of());
	}

	/** Reads a message that waits, or would if it had not ended; null for another one. */
	@Nullable Waiting read(long id) throws SQLException {
		Waiting[] found = { null };
		this.statements.each((row) -> found[0] = waiting(row), READ, id);
		return found[0];
	}

	private static Waiting waiting(ResultSet row) throws SQLException {
		boolean live = row.getInt(9) == StateCode.SCHEDULED && row.getLong(10) == Wait.NOT_DUE;
		return new Waiting(row.getLong(1), Wait.Kind.values()[row.getInt(2) - 1], row.getInt(3), row.getInt(4) != 0,
				row.getInt(5) != 0, Statements.nullableLong(row, 6), Statements.nullableLong(row, 7),
				Statements.nullableLong(row, 8), live, row.getInt(9), row.getString(11), row.getString(12),
				row.getInt(13));
	}

	/**
	 * Notes what became of a message that another one waits for.
	 * @return false when that was known
	 */
	boolean note(Edge edge, StoreListener.Ended message) throws SQLException {
		FailureRecord failure = message.failure();
		int state = (message.state() != null) ? StateCode.of(message.state()) : DELETED;
		boolean noted = this.statements.update(NOTE, edge.waitingId(), edge.position(), message.id(), message.task(),
				state, message.resultCodec(), message.result(),
				(failure != null) ? FailureCodec.encode(failure) : null) > 0;
		if (noted) {
			this.statements.update(ADD_MISSING, -1, edge.waitingId());
		}
		return noted;
	}

	/** A message that had ended is back. */
	void unnote(Edge edge) throws SQLException {
		if (this.statements.update(UNNOTE, edge.waitingId(), edge.position()) > 0) {
			this.statements.update(ADD_MISSING, 1, edge.waitingId());
		}
	}

	/**
	 * Reads what became of those that a message waits for, in the order it names them.
	 */
	List<Arrival> arrivals(long id) throws SQLException {
		List<Arrival> arrivals = new ArrayList<>();
		long[] bytes = { 0 };
		this.statements.each((row) -> {
			boolean omitted = !arrivals.isEmpty() && bytes[0] + row.getLong(7) > MOST_RESULT_BYTES;
			bytes[0] += omitted ? 0 : row.getLong(7);
			arrivals.add(new Arrival(row.getLong(1), row.getString(2), row.getInt(3), row.getString(4),
					omitted ? null : row.getBytes(5), omitted, row.getString(6)));
		}, ARRIVALS, id);
		return arrivals;
	}

	void setStopped(long id, boolean stopped) throws SQLException {
		this.statements.update(SET_STOPPED, stopped, id);
	}

	/** A message waits no more. */
	void free(long id) throws SQLException {
		for (String sql : FREE) {
			this.statements.update(sql, id);
		}
	}

	/** Messages are deleted. */
	void forget(String ids) throws SQLException {
		for (String sql : FORGET) {
			this.statements.update(sql, ids);
		}
	}

	private static int code(Wait.Kind kind) {
		return kind.ordinal() + 1;
	}

	/**
	 * Who waits for a message.
	 *
	 * @param waitingId the message that waits
	 * @param position the place of the other one among those it waits for
	 */
	record Edge(long waitingId, int position) {

	}

	/**
	 * A message that waits, or would if it had not ended.
	 *
	 * @param id the message
	 * @param kind what sets it free
	 * @param missing how many of those it waits for have not ended
	 * @param takesPayload whether its payload is made of what became of them
	 * @param stopped whether it was cancelled since what it waits for did not complete
	 * @param delay from when it is set free; null for none
	 * @param runAt due at the earliest; null for any time
	 * @param timeToLive from when it is set free; null for none
	 * @param live whether it waits
	 * @param state its state code
	 * @param queue its queue
	 * @param task its task
	 * @param hold what spares it from pruning by count
	 */
	record Waiting(long id, Wait.Kind kind, int missing, boolean takesPayload, boolean stopped, @Nullable Long delay,
			@Nullable Long runAt, @Nullable Long timeToLive, boolean live, int state, String queue, String task,
			int hold) {

	}

	/**
	 * What became of a message that another one waits for.
	 *
	 * @param id the message
	 * @param task its task
	 * @param state its state code, or {@link #DELETED}
	 * @param codec who wrote its result; null for none
	 * @param result null for none
	 * @param omitted whether the result is left out
	 * @param failure its latest failure as JSON; null for none
	 */
	record Arrival(long id, String task, int state, @Nullable String codec, byte @Nullable [] result, boolean omitted,
			@Nullable String failure) {

		static Arrival of(StoreListener.Ended message) {
			FailureRecord failure = message.failure();
			return new Arrival(message.id(), message.task(),
					(message.state() != null) ? StateCode.of(message.state()) : DELETED, message.resultCodec(),
					message.result(), false, (failure != null) ? FailureCodec.encode(failure) : null);
		}

		boolean isFailed() {
			return this.state == StateCode.DEAD || this.state == StateCode.EXPIRED;
		}

	}

}
