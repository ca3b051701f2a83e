package io.github.queuesqlite.reliability.history;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.reliability.history.Facts.Cancel;
import io.github.queuesqlite.reliability.history.Facts.Handed;
import io.github.queuesqlite.reliability.history.Facts.RunTrace;
import org.jspecify.annotations.Nullable;

/**
 * Nothing runs before it is due, after it has ended, once its time is over, or again
 * after it was cancelled.
 */
final class LifeRule implements Rule {

	/** A due time is told by the wall clock, which is not as steady as ours. */
	private static final long CLOCK_SLACK_NANOS = 100_000_000;

	@Override
	public void check(Facts facts, Snapshot snapshot, Consumer<String> violations) {
		for (Map.Entry<MessageId, List<RunTrace>> entry : facts.runs().entrySet()) {
			List<RunTrace> runs = entry.getValue();
			checkDue(facts, facts.handed().get(runs.get(0).tag), runs.get(0), violations);
			for (Event.Saw saw : facts.sightings(entry.getKey(), runs.get(0).tag)) {
				runs.stream()
					.filter((run) -> run.startedAt > saw.at() && !run.mayStartLate(saw.at()))
					.forEach((run) -> violations.accept("Ran after its end: %s, seen before: %s".formatted(run, saw)));
			}
			for (Cancel cancel : facts.cancels(entry.getKey())) {
				checkCancelled(cancel, runs, violations);
			}
		}
	}

	private static void checkDue(Facts facts, @Nullable Handed handed, RunTrace first, Consumer<String> violations) {
		if (handed == null) {
			violations.accept("Invented: nobody handed in what %s works on".formatted(first));
			return;
		}
		long answeredAt = (handed.answer != null) ? handed.answeredAt : first.startedAt;
		long due = facts.clock().least(handed.askedAt, answeredAt) + handed.order.delayMillis() * 1_000_000;
		if (facts.clock().most(handed.askedAt, first.startedAt) < due - CLOCK_SLACK_NANOS) {
			violations.accept("Ran too early: %s was not due before %d, but %s".formatted(handed.order, due, first));
		}
		if (handed.order.expiresUnrun()) {
			violations.accept("Ran although its time was over: %s, %s".formatted(handed.order, first));
		}
	}

	/** Another process may begin the run it has claimed before it hears of the cancel. */
	private static void checkCancelled(Cancel cancel, List<RunTrace> runs, Consumer<String> violations) {
		Long changedAt = cancel.changedAt;
		if (changedAt != null && runs.stream().filter((run) -> run.startedAt > changedAt).count() > 1) {
			violations.accept("Ran again after it was cancelled at %d: %s".formatted(changedAt, runs));
		}
	}

}
