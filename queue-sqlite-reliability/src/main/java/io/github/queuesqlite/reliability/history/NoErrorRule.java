package io.github.queuesqlite.reliability.history;

import java.util.function.Consumer;

import io.github.queuesqlite.reliability.history.Facts.Handed;

/** No call fails, except while its process closes the queue. */
final class NoErrorRule implements Rule {

	@Override
	public void check(Facts facts, Snapshot snapshot, Consumer<String> violations) {
		facts.failures().forEach(violations);
		for (Handed handed : facts.handed().values()) {
			Long closingAt = handed.process.closingAt;
			if (handed.answer != null && handed.answer.error() != null && !handed.answer.isDuplicate()
					&& (closingAt == null || handed.answeredAt < closingAt)) {
				violations.accept("Failed: %s was told %s".formatted(handed, handed.answer.error()));
			}
		}
	}

}
