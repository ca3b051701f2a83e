package io.github.queuesqlite.reliability.history;

import java.util.List;
import java.util.function.Consumer;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.reliability.history.Event.How;
import io.github.queuesqlite.reliability.history.Facts.RunTrace;
import io.github.queuesqlite.reliability.history.Snapshot.Row;

/** No more attempts than asked for, each counted; DEAD only when they are used up. */
final class AttemptsRule implements Rule {

	@Override
	public void check(Facts facts, Snapshot snapshot, Consumer<String> violations) {
		for (Row row : snapshot.rows()) {
			int most = row.order().maxRetries() + 1;
			List<RunTrace> runs = facts.runs(row.id());
			if (row.attempt() > most) {
				violations
					.accept("Too many attempts: expected at most %d, found %s; runs: %s".formatted(most, row, runs));
			}
			if (row.state() == MessageState.DEAD && row.attempt() < most) {
				violations
					.accept("Dead too early: expected %d attempts, found %s; runs: %s".formatted(most, row, runs));
			}
			check(most, runs, violations);
		}
	}

	private static void check(int most, List<RunTrace> runs, Consumer<String> violations) {
		long failed = runs.stream().filter((run) -> run.how == How.THROWS).count();
		if (failed > most || runs.stream().anyMatch((run) -> run.attempt > most)) {
			violations.accept("Too many attempts: expected at most %d, found %s".formatted(most, runs));
		}
		for (int i = 1; i < runs.size(); i++) {
			RunTrace earlier = runs.get(i - 1);
			RunTrace later = runs.get(i);
			boolean mustCount = earlier.how == How.THROWS && !earlier.mayBeLost(later.startedAt);
			if (later.attempt < earlier.attempt + (mustCount ? 1 : 0)) {
				violations.accept("Attempt not counted: %s came after %s".formatted(later, earlier));
			}
		}
	}

}
