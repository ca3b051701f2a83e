package io.github.queuesqlite.store.sqlite;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collections;
import java.util.Objects;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.StoredMessage;
import org.jspecify.annotations.Nullable;

/** Statements on the table {@code message}, next to their binding and mapping. */
final class MessageTable {

	/** How many rows one statement inserts at most. */
	static final int INSERT_ROWS = 50;

	private static final int INSERT_COLUMNS = 17;

	private static final String INSERT = """
			INSERT INTO message (id, seq, queue, task, state, priority, created_at, run_at, max_attempts, hold,
			    expires_at, idempotency_key, unique_key, checksum, attributes, codec, payload)
			VALUES\s""";

	private static final String INSERT_TUPLE = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

	static final String INSERT_ONE = INSERT + INSERT_TUPLE;

	static final String INSERT_MANY = INSERT + String.join(", ", Collections.nCopies(INSERT_ROWS, INSERT_TUPLE));

	/**
	 * A keyed row that meets its key changes nothing; then the key's holder is looked up.
	 */
	static final String INSERT_KEYED = INSERT_ONE + " ON CONFLICT DO NOTHING";

	/** As above, of a message with an ordering key. */
	static final String INSERT_ORDERED = INSERT_ONE.replace("payload)", "payload, ordering_key)").replace("?)", "?, ?)")
			+ " ON CONFLICT DO NOTHING";

	static final String FIND_BY_IDEMPOTENCY_KEY = "SELECT id FROM message WHERE idempotency_key = ?1";

	static final String FIND_BY_UNIQUE_KEY = """
			SELECT id FROM message WHERE task = ?1 AND unique_key = ?2 AND unique_key IS NOT NULL AND state < 40""";

	/**
	 * What a claim gives back; read by {@link #claimed}. The eleventh says whether one of
	 * the seven behind it, which most messages leave empty, need be read.
	 */
	private static final String CLAIMABLE_COLUMNS = """
			id, seq, task, priority, created_at, run_at, attempt, run, codec, checksum,
			    (max_attempts IS NOT NULL OR expires_at IS NOT NULL OR idempotency_key IS NOT NULL
			        OR unique_key IS NOT NULL OR attributes IS NOT NULL OR last_error IS NOT NULL
			        OR ordering_key IS NOT NULL),
			    max_attempts, expires_at, idempotency_key, unique_key, attributes, last_error, ordering_key, payload""";

	/**
	 * The messages of one task that are claimed next. Reading them before the update is
	 * quicker than what RETURNING does: it copies each row into a table of its own.
	 */
	static final String CLAIMABLE_OF_TASK = "SELECT " + CLAIMABLE_COLUMNS + """

			FROM message
			WHERE state = 20 AND queue = ?1 AND task = ?2
			ORDER BY priority DESC, seq, id
			LIMIT ?3""";

	static final String CLAIMABLE_OF_IDS = "SELECT " + CLAIMABLE_COLUMNS + """

			FROM message
			WHERE id IN (SELECT value FROM json_each(?1)) AND state = 20""";

	/**
	 * The newest messages of one task and priority: the index is read backwards. Over
	 * several priorities it would have to be sorted.
	 */
	static final String NEWEST_OF_TASK = "SELECT " + CLAIMABLE_COLUMNS + """

			FROM message
			WHERE state = 20 AND queue = ?1 AND task = ?2 AND priority = ?3
			ORDER BY seq DESC, id DESC
			LIMIT ?4""";

	static final String CLAIM = """
			UPDATE message
			SET state = 30, owner = ?1, run = run + 1, attempt = attempt + 1, started_at = ?2, deadline = NULL,
			    cancel_requested = 0
			WHERE id IN (SELECT value FROM json_each(?3)) AND state = 20""";

	/**
	 * The suspects that are claimed next, few or none. The last column says in how many
	 * runs in a row their process died.
	 */
	static final String CLAIMABLE_SUSPECTS = "SELECT " + CLAIMABLE_COLUMNS + """
			, deaths
			FROM message
			WHERE state = 22 AND queue = ?1 AND task IN (SELECT value FROM json_each(?2))
			ORDER BY seq, id
			LIMIT ?3""";

	static final String CLAIM_SUSPECTS = CLAIM.replace("state = 20", "state = 22");

	static final String FIRST_SUSPECTS = """
			SELECT queue, task, min(seq) FROM message WHERE state = 22 GROUP BY queue, task""";

	static final String READY_OF_TASK = """
			SELECT id, priority, seq FROM message
			WHERE state = 20 AND queue = ?1 AND task = ?2
			ORDER BY priority DESC, seq, id
			LIMIT ?3""";

	static final String NEWEST_READY_OF_TASK = """
			SELECT id, priority, seq FROM message
			WHERE state = 20 AND queue = ?1 AND task = ?2 AND priority = ?3
			ORDER BY seq DESC, id DESC
			LIMIT ?4""";

	static final String NEXT_PRIORITY = """
			SELECT priority FROM message
			WHERE state = 20 AND queue = ?1 AND task = ?2 AND priority < ?3
			ORDER BY priority DESC
			LIMIT 1""";

	private static final String READY_OF_LEVEL = " FROM message WHERE state = 20 AND queue = ?1 AND task = ?2"
			+ " AND priority = level.priority AND seq ";

	/** The priorities of what is READY of a task, in as many steps; null behind them. */
	static final String LEVELS_OF_TASK = """
			WITH RECURSIVE level(priority) AS (
			    SELECT max(priority) FROM message WHERE state = 20 AND queue = ?1 AND task = ?2
			    UNION ALL
			    SELECT (SELECT max(priority) FROM message
			            WHERE state = 20 AND queue = ?1 AND task = ?2 AND priority < level.priority)
			    FROM level WHERE level.priority IS NOT NULL)
			""";

	/**
	 * The message that waits longest of each priority, with its order number: as many
	 * steps as there are priorities. Behind it the one that waits longest of those that
	 * came back where the newest is next: of their negative numbers it has the greatest.
	 */
	static final String OLDEST_OF_TASK = LEVELS_OF_TASK + """
			SELECT (SELECT id""" + READY_OF_LEVEL + """
			>= 0 ORDER BY seq LIMIT 1), (SELECT seq""" + READY_OF_LEVEL + """
			>= 0 ORDER BY seq LIMIT 1), (SELECT id""" + READY_OF_LEVEL + """
			< 0 ORDER BY seq DESC LIMIT 1), (SELECT seq""" + READY_OF_LEVEL + """
			< 0 ORDER BY seq DESC LIMIT 1)
			FROM level WHERE level.priority IS NOT NULL""";

	/** One of them, if it is still there. */
	static final String CLAIMABLE_OF_ID = "SELECT " + CLAIMABLE_COLUMNS + " FROM message WHERE id = ?1 AND state = 20";

	static final String BEST_PRIORITY = """
			SELECT priority FROM message
			WHERE state = 20 AND queue = ?1 AND task = ?2
			ORDER BY priority DESC
			LIMIT 1""";

	/**
	 * Skips from task to task in the ready index: as many steps as there are tasks with
	 * ready messages.
	 */
	static final String READY_TASKS = """
			WITH RECURSIVE ready(task) AS (
			    SELECT min(task) FROM message WHERE state = 20 AND queue = ?1
			    UNION ALL
			    SELECT (SELECT min(task) FROM message WHERE state = 20 AND queue = ?1 AND task > ready.task)
			    FROM ready WHERE ready.task IS NOT NULL)
			SELECT task FROM ready WHERE task IS NOT NULL""";

	/**
	 * The ends of several runs of one owner and run number without result, of messages
	 * that pruning by count may delete. The plus keeps the planner on the row ids.
	 */
	static final String COMPLETE_MANY = """
			UPDATE message
			SET state = 40, finished_at = ?1, deadline = NULL
			WHERE id IN (SELECT value FROM json_each(?2)) AND +owner = ?3 AND run = ?4 AND +state = 30 AND hold <> 1""";

	/** As above for messages with an idempotency key. */
	static final String COMPLETE_HELD = """
			UPDATE message
			SET state = 40, finished_at = ?1, deadline = NULL
			WHERE id IN (SELECT value FROM json_each(?2)) AND +owner = ?3 AND run = ?4 AND +state = 30 AND hold = 1
			RETURNING id""";

	/** Which of several {@link #COMPLETE_MANY} has just completed. */
	static final String COMPLETED_NOW = """
			SELECT id FROM message
			WHERE id IN (SELECT value FROM json_each(?2)) AND +owner = ?3 AND run = ?4 AND +state = 40 AND hold <> 1
			    AND +finished_at = ?1""";

	/**
	 * As above where completed messages are not kept; those on hold are updated instead.
	 */
	static final String COMPLETE_AND_DELETE = """
			DELETE FROM message
			WHERE id IN (SELECT value FROM json_each(?1)) AND +owner = ?2 AND run = ?3 AND +state = 30 AND hold = 0
			RETURNING id, last_error IS NOT NULL""";

	static final String COMPLETE = """
			UPDATE message
			SET state = 40, finished_at = ?1, deadline = NULL, result_codec = ?2, result = ?3,
			    checksum = (checksum | ?7) - (checksum & ?7)
			WHERE id = ?4 AND +owner = ?5 AND run = ?6 AND +state = 30
			RETURNING hold""";

	static final String END = """
			UPDATE message
			SET state = ?1, finished_at = ?2, deadline = NULL, last_error = coalesce(?3, last_error),
			    attempt = attempt - ?4, deaths = coalesce(?5, deaths)
			WHERE id = ?6 AND +owner = ?7 AND run = ?8 AND +state = 30
			RETURNING hold""";

	/**
	 * After a run that its process survived. Gives back when the message expires, the
	 * greatest long for never, and the new state. In a line a message keeps its place,
	 * and is held until the line gives it the turn.
	 */
	static final String RETRY = """
			UPDATE message
			SET state = CASE WHEN ?1 = 20 AND ordering_key IS NOT NULL THEN 21 ELSE ?1 END, run_at = ?2,
			    seq = CASE WHEN ordering_key IS NULL THEN ?3 ELSE seq END, last_error = coalesce(?4, last_error),
			    attempt = attempt - ?5, deaths = 0, deadline = NULL
			WHERE id = ?6 AND +owner = ?7 AND run = ?8 AND +state = 30
			RETURNING coalesce(expires_at, 9223372036854775807), state""";

	/** After a run that nobody ended. Gives back what {@link #RETRY} does. */
	static final String RESCUE = """
			UPDATE message
			SET state = CASE WHEN ordering_key IS NOT NULL THEN 21 WHEN ?1 = 0 THEN 20 ELSE 22 END, deaths = ?1,
			    run_at = ?2, seq = CASE WHEN ordering_key IS NULL THEN ?3 ELSE seq END,
			    last_error = coalesce(?4, last_error), attempt = attempt - ?5, deadline = NULL
			WHERE id = ?6 AND +owner = ?7 AND run = ?8 AND +state = 30
			RETURNING coalesce(expires_at, 9223372036854775807), state""";

	/** Gives back what {@link #RETRY} does. */
	static final String RELEASE = """
			UPDATE message
			SET state = CASE WHEN ordering_key IS NOT NULL THEN 21 WHEN deaths = 0 THEN 20 ELSE 22 END,
			    attempt = attempt - 1, deadline = NULL
			WHERE id = ?1 AND +owner = ?2 AND run = ?3 AND +state = 30
			RETURNING coalesce(expires_at, 9223372036854775807), state""";

	static final String IS_CANCEL_REQUESTED = """
			SELECT cancel_requested FROM message WHERE id = ?1 AND +owner = ?2 AND run = ?3 AND +state = 30""";

	static final String EXTEND = """
			UPDATE message SET deadline = ?1 WHERE id = ?2 AND +owner = ?3 AND run = ?4 AND +state = 30""";

	static final String CANCEL_WAITING = """
			UPDATE message SET state = 60, finished_at = ?1 WHERE id = ?2 AND state < 30""";

	static final String REQUEST_CANCEL = """
			UPDATE message SET cancel_requested = 1
			WHERE id = ?1 AND +state = 30 AND cancel_requested = 0
			RETURNING owner, run, queue, task""";

	/**
	 * A retried message waits for nothing: its due time is now, its expiry is cleared. A
	 * suspect stays one.
	 */
	static final String RETRY_ENDED = """
			UPDATE message
			SET state = CASE WHEN ordering_key IS NOT NULL THEN 21 WHEN deaths = 0 THEN 20 ELSE 22 END,
			    seq = CASE WHEN ordering_key IS NULL THEN ?1 ELSE seq END, run_at = ?2, attempt = 0,
			    expires_at = NULL, finished_at = NULL, cancel_requested = 0,
			    checksum = (checksum | ?4) - (checksum & ?4)
			WHERE id = ?3 AND state IN (50, 60, 70)""";

	static final String EXPIRY_OF = "SELECT expires_at FROM message WHERE id = ?1";

	static final String STATE_OF = """
			SELECT state, queue, task, hold, deaths, ordering_key, seq FROM message WHERE id = ?1""";

	static final String DELETE = """
			DELETE FROM message
			WHERE id IN (SELECT value FROM json_each(?1)) AND state <> 30
			RETURNING id, queue, task, state, last_error IS NOT NULL, hold, ordering_key""";

	static final String UPDATE_PAYLOAD = """
			UPDATE message SET codec = ?1, payload = ?2, checksum = ?3 WHERE id = ?4 AND state < 30""";

	static final String RESCHEDULE = """
			UPDATE message
			SET state = ?1, run_at = ?2, seq = CASE WHEN ordering_key IS NULL THEN ?3 ELSE seq END
			WHERE id = ?4 AND state < 30""";

	static final String DUE = """
			SELECT id, queue, task, deaths, ordering_key, run FROM message
			WHERE state = 10 AND run_at <= ?1
			ORDER BY run_at, seq
			LIMIT ?2""";

	static final String PROMOTE = """
			UPDATE message SET state = CASE deaths WHEN 0 THEN 20 ELSE 22 END, seq = ?1 WHERE id = ?2""";

	/** Gives somebody of a line the turn or takes it away. */
	static final String SET_STATE = "UPDATE message SET state = ?1 WHERE id = ?2";

	static final String ORDERING_KEYS = """
			SELECT DISTINCT ordering_key FROM message
			WHERE id IN (SELECT value FROM json_each(?1)) AND ordering_key IS NOT NULL""";

	static final String EXPIRED = """
			SELECT id, queue, task, state, ordering_key FROM message
			WHERE expires_at IS NOT NULL AND state < 30 AND expires_at <= ?1
			ORDER BY expires_at
			LIMIT ?2""";

	static final String EXPIRE = """
			UPDATE message SET state = 70, finished_at = ?1 WHERE id IN (SELECT value FROM json_each(?2))""";

	static final String NEXT_DUE = "SELECT min(run_at) FROM message WHERE state = 10";

	static final String NEXT_EXPIRY = "SELECT min(expires_at) FROM message WHERE expires_at IS NOT NULL AND state < 30";

	/**
	 * What pruning by count may delete: messages on hold for a key never, for a waiter
	 * not yet. Each part reads its own range of the index in order.
	 */
	private static final String PRUNABLE = """
			SELECT id, finished_at FROM (
			    SELECT id, finished_at FROM message
			    WHERE hold = 0 AND state = 40 AND finished_at IS NOT NULL
			    ORDER BY finished_at LIMIT ?2)
			UNION ALL
			SELECT id, finished_at FROM (
			    SELECT id, finished_at FROM message
			    WHERE hold = 0 AND state = 60 AND finished_at IS NOT NULL
			    ORDER BY finished_at LIMIT ?2)
			UNION ALL
			SELECT id, finished_at FROM (
			    SELECT id, finished_at FROM message
			    WHERE hold = 0 AND state = 70 AND finished_at IS NOT NULL
			    ORDER BY finished_at LIMIT ?2)
			UNION ALL
			SELECT id, finished_at FROM (
			    SELECT id, finished_at FROM message
			    WHERE hold = 2 AND state = 40 AND finished_at IS NOT NULL AND finished_at < ?1
			    ORDER BY finished_at LIMIT ?2)
			UNION ALL
			SELECT id, finished_at FROM (
			    SELECT id, finished_at FROM message
			    WHERE hold = 2 AND state = 60 AND finished_at IS NOT NULL AND finished_at < ?1
			    ORDER BY finished_at LIMIT ?2)
			UNION ALL
			SELECT id, finished_at FROM (
			    SELECT id, finished_at FROM message
			    WHERE hold = 2 AND state = 70 AND finished_at IS NOT NULL AND finished_at < ?1
			    ORDER BY finished_at LIMIT ?2)""";

	/** Oldest first over the three states that count. */
	static final String ABOVE_COUNT = """
			SELECT json_group_array(id) FROM (
			    SELECT id FROM (""" + PRUNABLE + """
			)
			    ORDER BY finished_at LIMIT ?2)""";

	/**
	 * What is about to be pruned, for the counters: quicker than to have each row
	 * returned.
	 */
	static final String COUNT_IDS = """
			SELECT queue, task, state, count(*), sum(last_error IS NOT NULL) FROM message
			WHERE id IN (SELECT value FROM json_each(?1))
			GROUP BY queue, task, state""";

	static final String PRUNE_IDS = "DELETE FROM message WHERE id IN (SELECT value FROM json_each(?1))";

	static final String IS_PRUNABLE_BY_COUNT = "SELECT 1 FROM (" + PRUNABLE.replace("?2", "1") + ") LIMIT 1";

	static final String PRUNE_BY_AGE = """
			DELETE FROM message
			WHERE id IN (
			    SELECT id FROM message
			    WHERE hold = ?1 AND state = ?2 AND finished_at IS NOT NULL AND finished_at <= ?3
			    ORDER BY finished_at LIMIT ?4)
			RETURNING id, queue, task, state, last_error IS NOT NULL, hold, NULL""";

	static final String OLDEST_ENDED = """
			SELECT min(finished_at) FROM message WHERE hold = ?1 AND state = ?2 AND finished_at IS NOT NULL""";

	static final String OWNED = """
			SELECT id, run, queue, task, attempt, max_attempts, cancel_requested, deaths, ordering_key FROM message
			WHERE state = 30 AND owner = ?1
			LIMIT ?2""";

	/** All columns, read by {@link #stored}. */
	static final String COLUMNS = """
			id, seq, queue, task, state, priority, created_at, run_at, attempt, max_attempts, run, owner,
			    cancel_requested, started_at, finished_at, expires_at, deadline, idempotency_key, unique_key,
			    attributes, codec, payload, result_codec, result, last_error, checksum, ordering_key""";

	static final String WAITING = "SELECT " + COLUMNS + " FROM message WHERE id = ?1 AND state < 30";

	private MessageTable() {
	}

	/** Binds one row at the tuple with the index. */
	static void bind(PreparedStatement statement, int tuple, Insertion row, boolean scheduled, Checksum checksum)
			throws SQLException {
		int column = tuple * INSERT_COLUMNS;
		statement.setLong(++column, row.id());
		statement.setLong(++column, row.id());
		statement.setString(++column, row.queue());
		statement.setString(++column, row.task());
		statement.setInt(++column, scheduled ? StateCode.SCHEDULED : StateCode.READY);
		statement.setInt(++column, row.priority());
		statement.setLong(++column, row.createdAt());
		statement.setLong(++column, row.runAt());
		Statements.bind(statement, ++column, row.maxAttempts());
		statement.setInt(++column, hold(row));
		Statements.bind(statement, ++column, row.expiresAt());
		statement.setString(++column, row.keys().idempotencyKey());
		statement.setString(++column, row.keys().uniqueKey());
		statement.setLong(++column, checksum.of(row));
		statement.setString(++column, row.attributes());
		statement.setString(++column, row.codec());
		statement.setBytes(++column, row.payload());
	}

	/**
	 * Binds a row of {@link #INSERT_ORDERED}.
	 * @param seq its place in the line
	 * @param state its state code
	 */
	static void bindOrdered(PreparedStatement statement, Insertion row, long seq, int state, Checksum checksum)
			throws SQLException {
		bind(statement, 0, row, false, checksum);
		statement.setLong(2, seq);
		bindState(statement, state);
		statement.setString(INSERT_COLUMNS + 1, row.keys().orderingKey());
	}

	/** Binds another state code than {@link #bind} has. */
	static void bindState(PreparedStatement statement, int state) throws SQLException {
		statement.setInt(5, state);
	}

	static int hold(Insertion row) {
		if (row.keys().idempotencyKey() != null) {
			return 1;
		}
		return row.awaited() ? 2 : 0;
	}

	/** Maps a row with {@link #CLAIMABLE_COLUMNS} to what it is once claimed. */
	static StoredMessage claimed(ResultSet row, Texts texts, Checksum checksum, int shard, String queue, long owner,
			long now) throws SQLException {
		boolean more = row.getInt(11) != 0;
		StoredMessage message = new StoredMessage(row.getLong(1), shard, row.getLong(2), queue,
				Objects.requireNonNullElse(texts.read(row, 3), ""), MessageState.RUNNING, row.getInt(4), row.getLong(5),
				row.getLong(6), row.getInt(7) + 1, more ? nullableInt(row, 12) : null, row.getLong(8) + 1, owner, false,
				now, null, more ? Statements.nullableLong(row, 13) : null, null, more ? row.getString(14) : null,
				more ? row.getString(15) : null, more ? row.getString(18) : null, more ? row.getString(16) : null,
				texts.read(row, 9), row.getBytes(19), null, null, more ? row.getString(17) : null, false);
		return checksum.matches(row.getLong(10), message) ? message : message.asDamaged();
	}

	/** Maps a row with {@link #COLUMNS}. One whose state is none counts as dead. */
	static StoredMessage stored(ResultSet row, Checksum checksum, int shard) throws SQLException {
		int state = row.getInt(5);
		boolean known = StateCode.isKnown(state);
		StoredMessage message = new StoredMessage(row.getLong(1), shard, row.getLong(2), name(row, 3), name(row, 4),
				known ? StateCode.toState(state) : MessageState.DEAD, row.getInt(6), row.getLong(7), row.getLong(8),
				row.getInt(9), nullableInt(row, 10), row.getLong(11), row.getLong(12), row.getInt(13) != 0,
				Statements.nullableLong(row, 14), Statements.nullableLong(row, 15), Statements.nullableLong(row, 16),
				Statements.nullableLong(row, 17), row.getString(18), row.getString(19), row.getString(27),
				row.getString(20), row.getString(21), row.getBytes(22), row.getString(23), row.getBytes(24),
				row.getString(25), false);
		return (known && checksum.matches(row.getLong(26), message)) ? message : message.asDamaged();
	}

	/** A name is never null, but a damaged row may say so. */
	private static String name(ResultSet row, int column) throws SQLException {
		return Objects.requireNonNullElse(row.getString(column), "");
	}

	private static @Nullable Integer nullableInt(ResultSet row, int column) throws SQLException {
		int value = row.getInt(column);
		return (value == 0 && row.wasNull()) ? null : value;
	}

}
