package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;

import io.github.queuesqlite.store.ReservedKey;
import io.github.queuesqlite.store.ShardReader;
import org.jspecify.annotations.Nullable;

/**
 * Statements on the table {@code reservation}: keys at home in the shard whose message is
 * in another.
 */
final class ReservationTable {

	private static final String FIND = "SELECT message_id FROM reservation WHERE idempotency_key = ?1";

	private static final String FIND_OTHER = """
			SELECT message_id FROM reservation WHERE idempotency_key = ?1 AND message_id <> ?2""";

	private static final String RESERVE = """
			INSERT INTO reservation (idempotency_key, message_id, epoch) VALUES (?1, ?2, ?3)""";

	private static final String RESERVE_AGAIN = """
			UPDATE reservation SET epoch = ?3, confirmed = 0 WHERE idempotency_key = ?1 AND message_id = ?2""";

	private static final String FORGET = """
			DELETE FROM reservation
			WHERE idempotency_key = ?1 AND message_id = ?2 AND epoch = ?3 AND confirmed = ?4""";

	private static final String CONFIRM = """
			UPDATE reservation SET confirmed = 1 WHERE idempotency_key = ?1 AND message_id = ?2""";

	private static final String UNRESERVE = """
			DELETE FROM reservation WHERE idempotency_key = ?1 AND message_id = ?2""";

	private final Statements statements;

	ReservationTable(Statements statements) {
		this.statements = statements;
	}

	/** Returns which other message has reserved the key; null for none. */
	@Nullable Long otherHolder(ReservedKey key, long messageId) throws SQLException {
		return this.statements.number(FIND_OTHER, key.name(), messageId);
	}

	/** Returns 0, or the message that has the key. */
	long reserve(ReservedKey key, long messageId, long epoch) throws SQLException {
		Long holder = (key.task() != null)
				? this.statements.number(MessageTable.FIND_BY_UNIQUE_KEY, key.task(), key.key())
				: this.statements.number(MessageTable.FIND_BY_IDEMPOTENCY_KEY, key.key());
		if (holder == null) {
			holder = this.statements.number(FIND, key.name());
		}
		if (holder == null) {
			this.statements.update(RESERVE, key.name(), messageId, epoch);
			return 0;
		}
		if (holder == messageId) {
			// Whoever found it stale must not forget it now.
			this.statements.update(RESERVE_AGAIN, key.name(), messageId, epoch);
			return 0;
		}
		return holder;
	}

	void confirm(ReservedKey key, long messageId) throws SQLException {
		this.statements.update(CONFIRM, key.name(), messageId);
	}

	void unreserve(ReservedKey key, long messageId) throws SQLException {
		this.statements.update(UNRESERVE, key.name(), messageId);
	}

	void forget(ShardReader.Reservation stale) throws SQLException {
		this.statements.update(FORGET, stale.key().name(), stale.messageId(), stale.epoch(), stale.confirmed());
	}

}
