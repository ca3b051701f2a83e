package io.github.queuesqlite.reliability.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.reliability.history.Facts.Handed;
import io.github.queuesqlite.reliability.history.Facts.RunTrace;
import io.github.queuesqlite.reliability.history.Snapshot.Row;
import org.jspecify.annotations.Nullable;

/**
 * Of the messages of a task with one unique key no two live at a time, and a caller is
 * not sent to one that had ended before.
 */
final class UniqueKeyRule implements Rule {

	@Override
	public void check(Facts facts, Snapshot snapshot, Consumer<String> violations) {
		Map<List<String>, List<Life>> lives = new LinkedHashMap<>();
		for (Row row : snapshot.rows()) {
			Life life = (row.uniqueKey() != null) ? Life.of(facts, row) : null;
			if (life != null) {
				lives.computeIfAbsent(List.of(row.task(), row.uniqueKey()), (key) -> new ArrayList<>()).add(life);
			}
		}
		lives.forEach((key, list) -> checkApart(key, list, violations));
		facts.handed()
			.values()
			.stream()
			.filter((handed) -> handed.order.uniqueKey() != null && handed.order.idempotencyKey() == null)
			.forEach((handed) -> checkAlive(facts, handed, violations));
	}

	private static void checkApart(List<String> key, List<Life> lives, Consumer<String> violations) {
		lives.sort(Comparator.comparingLong(Life::from));
		Life latest = lives.get(0);
		for (Life life : lives.subList(1, lives.size())) {
			if (life.from < latest.to) {
				violations.accept("Not unique: %s and %s lived at once with key %s".formatted(latest, life, key));
			}
			latest = (life.to > latest.to) ? life : latest;
		}
	}

	private static void checkAlive(Facts facts, Handed handed, Consumer<String> violations) {
		MessageId id = (handed.answer != null) ? handed.answer.id() : null;
		if (id != null) {
			facts.sightings()
				.getOrDefault(id, List.of())
				.stream()
				.filter((saw) -> saw.at() < handed.askedAt)
				.findFirst()
				.ifPresent((saw) -> violations
					.accept("Not unique: %s was sent to a message that had ended: %s".formatted(handed, saw)));
		}
	}

	/** A time in which a message lived for sure. */
	private record Life(MessageId id, long from, long to) {

		static @Nullable Life of(Facts facts, Row row) {
			long from = Long.MAX_VALUE;
			long to = Long.MIN_VALUE;
			Handed handed = facts.handed().get(row.order().tag());
			if (handed != null && handed.answer != null && row.id().equals(handed.answer.id())) {
				from = handed.answeredAt;
			}
			for (RunTrace run : facts.runs(row.id())) {
				from = Math.min(from, run.startedAt);
				to = Math.max(to, run.startedAt);
			}
			RunTrace last = facts.runs(row.id()).isEmpty() ? null
					: facts.runs(row.id()).get(facts.runs(row.id()).size() - 1);
			if (last != null && last.endedAt != null && last.token().equals(row.result())) {
				to = last.endedAt;
			}
			return (from < to) ? new Life(row.id(), from, to) : null;
		}

	}

}
