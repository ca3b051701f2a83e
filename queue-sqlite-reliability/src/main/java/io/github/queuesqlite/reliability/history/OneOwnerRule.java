package io.github.queuesqlite.reliability.history;

import java.util.List;
import java.util.function.Consumer;

import io.github.queuesqlite.reliability.history.Facts.RunTrace;

/**
 * A run begins after the one before has ended, or when the owner of that one may have
 * lost it.
 */
final class OneOwnerRule implements Rule {

	@Override
	public void check(Facts facts, Snapshot snapshot, Consumer<String> violations) {
		for (List<RunTrace> runs : facts.runs().values()) {
			for (int i = 1; i < runs.size(); i++) {
				check(runs.get(i - 1), runs.get(i), violations);
			}
		}
	}

	private static void check(RunTrace earlier, RunTrace later, Consumer<String> violations) {
		boolean isOver = earlier.endedAt != null && earlier.endedAt <= later.startedAt;
		if (later.run == earlier.run) {
			violations.accept("One run twice: %s and %s".formatted(earlier, later));
		}
		else if (later.startedAt < earlier.startedAt) {
			if (!earlier.mayStartLate(later.startedAt)) {
				violations.accept("Runs out of order: %s began after %s".formatted(earlier, later));
			}
		}
		else if (!isOver && !earlier.mayBeLost(later.startedAt)) {
			violations.accept("Two owners: %s began while %s went on".formatted(later, earlier));
		}
	}

}
