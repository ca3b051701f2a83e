package io.github.queuesqlite.reliability.history;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.reliability.history.Facts.Handed;
import io.github.queuesqlite.reliability.history.Snapshot.Row;
import org.jspecify.annotations.Nullable;

/** An idempotency key always means the same message. */
final class IdempotencyKeyRule implements Rule {

	@Override
	public void check(Facts facts, Snapshot snapshot, Consumer<String> violations) {
		Map<String, MessageId> ids = new HashMap<>();
		Map<MessageId, Row> rows = new HashMap<>();
		for (Row row : snapshot.rows()) {
			rows.put(row.id(), row);
			if (row.idempotencyKey() != null) {
				same(ids, row.idempotencyKey(), row.id(), "stored", violations);
			}
		}
		for (Handed handed : facts.handed().values()) {
			String key = handed.order.idempotencyKey();
			if (key != null && handed.answer != null && handed.answer.id() != null
					&& !isOfUniqueKey(handed.order, rows.get(handed.answer.id()))) {
				same(ids, key, handed.answer.id(), "answered to " + handed, violations);
			}
		}
	}

	/** Whether the other key of an order was taken, by a message without the first. */
	private static boolean isOfUniqueKey(Order order, @Nullable Row answered) {
		return order.uniqueKey() != null && answered != null && order.uniqueKey().equals(answered.uniqueKey())
				&& order.task().equals(answered.task())
				&& !Objects.equals(order.idempotencyKey(), answered.idempotencyKey());
	}

	private static void same(Map<String, MessageId> ids, String key, MessageId id, String how,
			Consumer<String> violations) {
		MessageId other = ids.putIfAbsent(key, id);
		if (other != null && !other.equals(id)) {
			violations.accept("Idempotency key %s: expected %s, found %s, %s".formatted(key, other, id, how));
		}
	}

}
