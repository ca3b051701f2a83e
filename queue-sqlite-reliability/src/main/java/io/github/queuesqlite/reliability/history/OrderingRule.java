package io.github.queuesqlite.reliability.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.github.queuesqlite.reliability.history.Facts.Handed;
import io.github.queuesqlite.reliability.history.Facts.RunTrace;

/**
 * Messages with one ordering key run one at a time, and one that was handed in for sure
 * before another does not run after it.
 */
final class OrderingRule implements Rule {

	@Override
	public void check(Facts facts, Snapshot snapshot, Consumer<String> violations) {
		Map<String, List<RunTrace>> runs = new HashMap<>();
		facts.runs()
			.values()
			.forEach((list) -> list
				.forEach((run) -> runs.computeIfAbsent(run.tag, (tag) -> new ArrayList<>()).add(run)));
		Map<String, List<Handed>> lines = new LinkedHashMap<>();
		for (Handed handed : facts.handed().values()) {
			if (handed.order.orderingKey() != null && runs.containsKey(handed.order.tag())) {
				lines.computeIfAbsent(handed.order.orderingKey(), (key) -> new ArrayList<>()).add(handed);
			}
		}
		lines.forEach((key, line) -> {
			checkOneAtATime(key, line, runs, violations);
			checkOrder(key, line, runs, violations);
		});
	}

	private static void checkOneAtATime(String key, List<Handed> line, Map<String, List<RunTrace>> runs,
			Consumer<String> violations) {
		List<RunTrace> all = new ArrayList<>();
		line.forEach((handed) -> all.addAll(runs.getOrDefault(handed.order.tag(), List.of())));
		all.sort(Comparator.comparingLong((run) -> run.startedAt));
		List<RunTrace> open = new ArrayList<>();
		for (RunTrace run : all) {
			open.removeIf((earlier) -> earlier.endedAt != null && earlier.endedAt <= run.startedAt);
			for (RunTrace earlier : open) {
				if (!earlier.tag.equals(run.tag) && !run.mayStartLate(earlier.startedAt)
						&& !earlier.process.mayHaveLostItsLease(earlier.startedAt, run.startedAt)) {
					violations.accept("Two at a time: %s began while %s went on, both with ordering key '%s'"
						.formatted(run, earlier, key));
				}
			}
			open.add(run);
		}
	}

	private static void checkOrder(String key, List<Handed> line, Map<String, List<RunTrace>> runs,
			Consumer<String> violations) {
		for (Handed later : line) {
			long begun = runs.getOrDefault(later.order.tag(), List.of())
				.stream()
				.mapToLong((run) -> run.startedAt)
				.min()
				.orElse(Long.MAX_VALUE);
			for (Handed earlier : line) {
				if (earlier == later) {
					// Those behind were handed in later.
					break;
				}
				if (isBefore(earlier, later)) {
					runs.getOrDefault(earlier.order.tag(), List.of())
						.stream()
						.filter((run) -> run.startedAt > begun && !run.mayStartLate(begun))
						.forEach((run) -> violations
							.accept("Order: %s began after %s, which was handed in later".formatted(run, later)
									+ ", both with ordering key '" + key + "'"));
				}
			}
		}
	}

	/**
	 * Whether a message that ran was stored for sure before another one; in one call its
	 * place says so.
	 */
	private static boolean isBefore(Handed earlier, Handed later) {
		boolean oneCall = earlier.process == later.process && earlier.call == later.call;
		return oneCall || (earlier.answer != null && earlier.answer.id() != null && earlier.answeredAt < later.askedAt);
	}

}
