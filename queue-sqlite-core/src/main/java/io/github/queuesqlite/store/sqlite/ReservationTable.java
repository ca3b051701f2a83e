package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;

import org.jspecify.annotations.Nullable;

/**
 * Statements on the table {@code reservation}: idempotency keys at home in the shard
 * whose message is in another.
 */
final class ReservationTable {

	private static final String FIND = "SELECT message_id FROM reservation WHERE idempotency_key = ?1";

	private static final String FIND_OTHER = """
			SELECT message_id FROM reservation WHERE idempotency_key = ?1 AND message_id <> ?2""";

	private static final String RESERVE = """
			INSERT INTO reservation (idempotency_key, message_id, epoch) VALUES (?1, ?2, ?3)""";

	private static final String CONFIRM = """
			UPDATE reservation SET confirmed = 1 WHERE idempotency_key = ?1 AND message_id = ?2""";

	private static final String UNRESERVE = """
			DELETE FROM reservation WHERE idempotency_key = ?1 AND message_id = ?2""";

	private final Statements statements;

	ReservationTable(Statements statements) {
		this.statements = statements;
	}

	/** Returns which other message has reserved the key; null for none. */
	@Nullable Long otherHolder(String idempotencyKey, long messageId) throws SQLException {
		return this.statements.number(FIND_OTHER, idempotencyKey, messageId);
	}

	/** Returns 0, or the message that has the key. */
	long reserve(String idempotencyKey, long messageId, long epoch) throws SQLException {
		Long holder = this.statements.number(MessageTable.FIND_BY_IDEMPOTENCY_KEY, idempotencyKey);
		if (holder == null) {
			holder = this.statements.number(FIND, idempotencyKey);
		}
		if (holder != null) {
			return (holder == messageId) ? 0 : holder;
		}
		this.statements.update(RESERVE, idempotencyKey, messageId, epoch);
		return 0;
	}

	void confirm(String idempotencyKey, long messageId) throws SQLException {
		this.statements.update(CONFIRM, idempotencyKey, messageId);
	}

	void unreserve(String idempotencyKey, long messageId) throws SQLException {
		this.statements.update(UNRESERVE, idempotencyKey, messageId);
	}

}
