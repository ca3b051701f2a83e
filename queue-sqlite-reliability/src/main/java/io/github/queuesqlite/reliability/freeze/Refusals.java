package io.github.queuesqlite.reliability.freeze;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.queuesqlite.message.DuplicateMessageException;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.reliability.history.Answer;
import io.github.queuesqlite.reliability.history.Event;
import io.github.queuesqlite.reliability.history.History;

/**
 * Calls that failed because another process stood still inside a transaction: only then,
 * and told that the store cannot be written. Or because their own process had stood still
 * for a lease, and the key that it had reserved for them may be another's: told so. A
 * process that closes may refuse any.
 */
final class Refusals {

	/** Until who waited has been answered, however slow the machine is. */
	private static final long AFTERWARDS_NANOS = 20_000_000_000L;

	/** What the store says then. */
	private static final String HELD_FOR_DEAD = "others hold it for dead";

	/** Until it has a new epoch, however slow the machine is. */
	private static final long RENEWED_NANOS = 10_000_000_000L;

	/** When each process went on; the greatest number while it stands still. */
	private final Map<String, Long> wentOnAt = new HashMap<>();

	private final long from;

	private final long to;

	private long expected;

	private final List<String> violations = new ArrayList<>();

	Refusals(History history, long frozenAt, long thawedAt) {
		this.from = frozenAt;
		this.to = thawedAt + AFTERWARDS_NANOS;
		Set<String> closing = new HashSet<>();
		for (History.Entry entry : history.entries()) {
			if (entry.event() instanceof Event.Closing) {
				closing.add(entry.process());
			}
			noteStanding(entry);
			if (closing.contains(entry.process())) {
				continue;
			}
			if (entry.event() instanceof Event.Failed failed) {
				add(entry, failed.text());
			}
			else if (entry.event() instanceof Event.Answered answered) {
				answered.answers().stream().map(Answer::error).distinct().forEach((error) -> {
					if (error != null && !error.startsWith(DuplicateMessageException.class.getName())) {
						add(entry, error);
					}
				});
			}
		}
	}

	private void noteStanding(History.Entry entry) {
		if (entry.event() instanceof Event.Freezing freezing) {
			this.wentOnAt.put(freezing.process(), Long.MAX_VALUE);
		}
		else if (entry.event() instanceof Event.Thawed thawed) {
			this.wentOnAt.put(thawed.process(), thawed.at());
		}
		else if (entry.event() instanceof Event.Collecting) {
			this.wentOnAt.put(entry.process(), Long.MAX_VALUE);
		}
		else if (entry.event() instanceof Event.Collected collected) {
			this.wentOnAt.put(entry.process(), collected.at());
		}
	}

	private boolean isOfWhoStoodStill(History.Entry entry, String failure) {
		Long wentOnAt = this.wentOnAt.get(entry.process());
		return failure.contains(HELD_FOR_DEAD) && wentOnAt != null
				&& (wentOnAt == Long.MAX_VALUE || entry.event().at() - wentOnAt <= RENEWED_NANOS);
	}

	private void add(History.Entry entry, String failure) {
		if (isOfWhoStoodStill(entry, failure)) {
			return;
		}
		long at = entry.event().at();
		if (at >= this.from && at <= this.to && failure.contains(StoreUnavailableException.class.getName())) {
			this.expected++;
		}
		else {
			this.violations
				.add("Expected that calls fail from %d to %d only and name the store, found at %d in process %s: %s"
					.formatted(this.from, this.to, at, entry.process(), failure));
		}
	}

	long expected() {
		return this.expected;
	}

	List<String> violations() {
		return this.violations;
	}

}
