package io.github.queuesqlite.reliability.history;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.reliability.history.Facts.Cancel;
import io.github.queuesqlite.reliability.history.Facts.Handed;
import io.github.queuesqlite.reliability.history.Snapshot.Row;
import org.jspecify.annotations.Nullable;

/**
 * What was accepted is there once and came to the end its order asks for; what was
 * refused is absent; what is unknown is absent or there once, under the id to look for.
 */
final class NothingLostRule implements Rule {

	@Override
	public void check(Facts facts, Snapshot snapshot, Consumer<String> violations) {
		Map<MessageId, Row> byId = new HashMap<>();
		Map<String, Row> byTag = new HashMap<>();
		for (Row row : snapshot.rows()) {
			byId.put(row.id(), row);
			Row other = byTag.put(row.order().tag(), row);
			if (other != null) {
				violations
					.accept("Doubled: %s is stored as %s and as %s".formatted(row.order().tag(), other.id(), row.id()));
			}
			checkRow(facts, row, violations);
		}
		facts.handed().values().forEach((handed) -> checkAnswer(handed, byId, byTag, violations));
		for (Map.Entry<MessageId, List<Event.Saw>> entry : facts.sightings().entrySet()) {
			if (!byId.containsKey(entry.getKey())) {
				violations
					.accept("Lost: %s is gone, it was seen before: %s".formatted(entry.getKey(), entry.getValue()));
			}
		}
		facts.taggedSightings().forEach((tag, sightings) -> {
			if (!byTag.containsKey(tag)) {
				violations.accept("Lost: %s is gone, it was seen before: %s".formatted(tag, sightings));
			}
		});
	}

	private static void checkRow(Facts facts, Row row, Consumer<String> violations) {
		Handed handed = facts.handed().get(row.order().tag());
		if (handed == null) {
			violations.accept("Invented: nobody handed in " + row);
			return;
		}
		if (!handed.order.equals(row.order()) || !Objects.equals(row.uniqueKey(), row.order().uniqueKey())
				|| !Objects.equals(row.idempotencyKey(), row.order().idempotencyKey())) {
			violations.accept("Changed: expected %s, found %s".formatted(handed.order, row));
		}
		Set<MessageState> ends = EnumSet.copyOf(row.order().ends(!facts.clock().isMoved()));
		List<Cancel> cancels = facts.cancels(row.id());
		if (!cancels.isEmpty()) {
			ends.add(MessageState.CANCELLED);
			if (cancels.stream().anyMatch((cancel) -> cancel.changedAt != null)) {
				ends.remove(MessageState.SCHEDULED);
			}
		}
		if (!ends.contains(row.state())) {
			violations.accept("Wrong end: expected %s of %s, found %s; its runs: %s".formatted(ends, handed, row,
					facts.runs(row.id())));
		}
	}

	private static void checkAnswer(Handed handed, Map<MessageId, Row> byId, Map<String, Row> byTag,
			Consumer<String> violations) {
		Answer answer = handed.answer;
		Row own = byTag.get(handed.order.tag());
		if (answer == null) {
			return;
		}
		if (answer.id() != null) {
			checkAccepted(handed, answer.id(), byId.get(answer.id()), own, violations);
		}
		else if (own != null && !answer.isUnknown()) {
			violations.accept("Refused, but stored: %s was told %s, found %s".formatted(handed, answer.error(), own));
		}
		else if (own != null && answer.lookFor() != null && !own.id().equals(answer.lookFor())) {
			violations.accept("Not findable: %s was told to look for %s (%s), found %s".formatted(handed,
					answer.lookFor(), answer.error(), own));
		}
	}

	private static void checkAccepted(Handed handed, MessageId id, @Nullable Row row, @Nullable Row own,
			Consumer<String> violations) {
		if (row == null) {
			violations.accept("Lost: %s was accepted as %s, found nothing".formatted(handed, id));
		}
		else if (row != own && !hasKeyOf(handed.order, row)) {
			violations.accept("Mistaken: %s was accepted as %s, found %s".formatted(handed, id, row));
		}
		else if (row != own && own != null) {
			violations
				.accept("Doubled: %s was answered with the existing %s, found also %s".formatted(handed, id, own));
		}
	}

	private static boolean hasKeyOf(Order order, Row row) {
		return (order.idempotencyKey() != null && order.idempotencyKey().equals(row.idempotencyKey()))
				|| (order.uniqueKey() != null && order.uniqueKey().equals(row.uniqueKey())
						&& order.task().equals(row.task()));
	}

}
