package io.github.queuesqlite.reliability.history;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

import io.github.queuesqlite.reliability.history.Snapshot.Counted;
import io.github.queuesqlite.reliability.history.Snapshot.Row;

/** The counters count the rows. */
final class CounterRule implements Rule {

	@Override
	public void check(Facts facts, Snapshot snapshot, Consumer<String> violations) {
		Map<Counted, Long> rows = new HashMap<>();
		for (Row row : snapshot.rows()) {
			rows.merge(new Counted(row.queue(), row.task(), row.state()), 1L, Long::sum);
		}
		Map<Counted, Long> counts = new HashMap<>(snapshot.counts());
		counts.values().removeIf((n) -> n == 0);
		if (!counts.equals(rows)) {
			violations.accept("Counters: expected %s, found %s".formatted(rows, counts));
		}
	}

}
