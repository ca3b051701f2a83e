package io.github.queuesqlite.reliability.history;

import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.reliability.history.Event.How;
import io.github.queuesqlite.reliability.history.Facts.RunTrace;
import io.github.queuesqlite.reliability.history.Snapshot.Row;

/**
 * A message has one end: what is stored, what everybody saw and what its runs did agree.
 * The end of a run is dropped only when its process may have lost it.
 */
final class OneCompletionRule implements Rule {

	@Override
	public void check(Facts facts, Snapshot snapshot, Consumer<String> violations) {
		for (Row row : snapshot.rows()) {
			for (Event.Saw saw : facts.sightings(row.id(), row.order().tag())) {
				if (saw.state() != row.state() || !Objects.equals(saw.result(), row.result())) {
					violations.accept("Two ends: %s saw %s, found %s".formatted(saw.by(), saw, row));
				}
			}
			checkRuns(row, facts.runs(row.id()), violations);
		}
	}

	private static void checkRuns(Row row, List<RunTrace> runs, Consumer<String> violations) {
		if (row.state() == MessageState.COMPLETED) {
			RunTrace last = runs.isEmpty() ? null : runs.get(runs.size() - 1);
			if (last == null || last.how != How.RETURNS || !last.token().equals(row.result())) {
				violations
					.accept("Wrong completion: expected the result of the last run, which returned, found %s; runs: %s"
						.formatted(row, runs));
			}
		}
		for (int i = 0; i < runs.size(); i++) {
			RunTrace run = runs.get(i);
			boolean isLast = i == runs.size() - 1;
			long until = isLast ? Long.MAX_VALUE : runs.get(i + 1).startedAt;
			boolean isAccepted = isLast && row.state() == MessageState.COMPLETED;
			if (run.how == How.RETURNS && !isAccepted && !run.mayBeLost(until)) {
				violations.accept("Dropped completion: %s returned in a sound process, found %s; runs: %s"
					.formatted(run, row, runs));
			}
		}
	}

}
