package io.github.queuesqlite.reliability.processes;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.reliability.Outcome;
import io.github.queuesqlite.reliability.history.Event;
import io.github.queuesqlite.reliability.history.History;
import org.jspecify.annotations.Nullable;

/**
 * How soon what a killed process owned begins elsewhere. What had begun runs again one
 * after the other, as it may be what killed the process: so the first of it tells how
 * soon work is taken over, and the others how long such a row takes. What was in a killed
 * process twice waits until nothing else runs.
 */
final class TakeOvers {

	private static final String CLAIMED = "take-over of what a killed process had only claimed, ms";

	private static final String FIRST = "take-over of the first that a killed process had begun, with places free, ms";

	private static final String OTHERS = "take-over of others that it had begun, which wait for each other, ms";

	private static final String ALONE = "take-over of what was in two killed processes and runs alone, ms";

	private final Map<MessageId, List<Run>> runs = new HashMap<>();

	private final List<Killed> kills = new ArrayList<>();

	/** Runs of what was in a killed process in its run before. */
	private final Set<Event.Claim> suspects = new HashSet<>();

	/** Until when suspects of earlier kills wait or run. */
	private long busyUntil = Long.MIN_VALUE;

	private final Peace peace;

	TakeOvers(History history, Peace peace) {
		this.peace = peace;
		Map<String, List<Event.Claim>> owned = new HashMap<>();
		for (History.Entry entry : history.entries()) {
			if (entry.event() instanceof Event.Started started) {
				this.runs.computeIfAbsent(started.id(), (id) -> new ArrayList<>())
					.add(new Run(entry.process(), started));
			}
			else if (entry.event() instanceof Event.Ended ended) {
				this.runs.getOrDefault(ended.id(), List.of())
					.stream()
					.filter((run) -> run.number == ended.run())
					.forEach((run) -> run.endedAt = ended.at());
			}
			else if (entry.event() instanceof Event.Owned claims) {
				owned.put(claims.process(), claims.runs());
			}
			else if (entry.event() instanceof Event.Killing killing) {
				killed(killing, owned.getOrDefault(killing.process(), List.of()));
			}
		}
	}

	private void killed(Event.Killing killing, List<Event.Claim> owned) {
		this.kills.add(new Killed(killing.process(), killing.at(), owned));
		for (List<Run> runs : this.runs.values()) {
			runs.stream()
				.filter((run) -> run.process.equals(killing.process()) && run.endedAt == Long.MAX_VALUE)
				.forEach((run) -> run.endedAt = killing.at());
		}
	}

	void sample(Outcome outcome) {
		this.kills.forEach((kill) -> sample(kill, outcome));
	}

	private void sample(Killed kill, Outcome outcome) {
		List<Run> begun = new ArrayList<>();
		boolean isAnyBusy = this.busyUntil >= kill.at;
		for (Event.Claim claim : kill.owned) {
			Run next = next(claim);
			if (next == null) {
				continue;
			}
			if (!hadBegun(kill, claim)) {
				outcome.sample(this.peace.name(CLAIMED, kill.process), kill.millisTo(next));
				continue;
			}
			if (this.suspects.contains(claim)) {
				isAnyBusy = true;
				outcome.sample(this.peace.name(ALONE, kill.process), kill.millisTo(next));
			}
			else {
				begun.add(next);
			}
			this.suspects.add(new Event.Claim(claim.id(), next.number));
			this.busyUntil = Math.max(this.busyUntil, next.endedAt);
		}
		begun.sort(Comparator.comparingLong((run) -> run.startedAt));
		for (int i = 0; i < begun.size(); i++) {
			outcome.sample(this.peace.name((i == 0 && !isAnyBusy) ? FIRST : OTHERS, kill.process),
					kill.millisTo(begun.get(i)));
		}
	}

	/** The next run of a message; null when it needed none. */
	private @Nullable Run next(Event.Claim claim) {
		return this.runs.getOrDefault(claim.id(), List.of())
			.stream()
			.filter((run) -> run.number > claim.run())
			.findFirst()
			.orElse(null);
	}

	private boolean hadBegun(Killed kill, Event.Claim claim) {
		return this.runs.getOrDefault(claim.id(), List.of())
			.stream()
			.anyMatch((run) -> run.number == claim.run() && run.process.equals(kill.process));
	}

	/** A process that was killed, and what it owned then. */
	private record Killed(String process, long at, List<Event.Claim> owned) {

		double millisTo(Run run) {
			return (run.startedAt - this.at) / 1e6;
		}

	}

	/** A run that has begun. */
	private static final class Run {

		private final String process;

		private final long number;

		private final long startedAt;

		/** The greatest number while it goes on. */
		private long endedAt = Long.MAX_VALUE;

		Run(String process, Event.Started started) {
			this.process = process;
			this.number = started.run();
			this.startedAt = started.at();
		}

	}

}
