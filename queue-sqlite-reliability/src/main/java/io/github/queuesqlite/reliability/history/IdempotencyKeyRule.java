package io.github.queuesqlite.reliability.history;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.reliability.history.Facts.Handed;
import io.github.queuesqlite.reliability.history.Snapshot.Row;

/** An idempotency key always means the same message. */
final class IdempotencyKeyRule implements Rule {

	@Override
	public void check(Facts facts, Snapshot snapshot, Consumer<String> violations) {
		Map<String, MessageId> ids = new HashMap<>();
		for (Row row : snapshot.rows()) {
			if (row.idempotencyKey() != null) {
				same(ids, row.idempotencyKey(), row.id(), "stored", violations);
			}
		}
		for (Handed handed : facts.handed().values()) {
			String key = handed.order.idempotencyKey();
			if (key != null && handed.answer != null && handed.answer.id() != null) {
				same(ids, key, handed.answer.id(), "answered to " + handed, violations);
			}
		}
	}

	private static void same(Map<String, MessageId> ids, String key, MessageId id, String how,
			Consumer<String> violations) {
		MessageId other = ids.putIfAbsent(key, id);
		if (other != null && !other.equals(id)) {
			violations.accept("Idempotency key %s: expected %s, found %s, %s".formatted(key, other, id, how));
		}
	}

}
