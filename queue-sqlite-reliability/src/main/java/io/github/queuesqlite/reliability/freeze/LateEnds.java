package io.github.queuesqlite.reliability.freeze;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.reliability.history.Event;
import io.github.queuesqlite.reliability.history.History;

/**
 * Ends of handlers after another process had begun a later run of their message. Each
 * must be refused, and the process that reports it must be told so, unless it closes.
 */
final class LateEnds {

	private final Map<String, Long> late = new HashMap<>();

	private final Map<String, Long> refused = new HashMap<>();

	LateEnds(History history) {
		Map<MessageId, Long> latest = new HashMap<>();
		Set<String> closing = new HashSet<>();
		for (History.Entry entry : history.entries()) {
			if (entry.event() instanceof Event.Closing) {
				closing.add(entry.process());
			}
			else if (entry.event() instanceof Event.Started started) {
				latest.merge(started.id(), started.run(), Math::max);
			}
			else if (entry.event() instanceof Event.Ended ended && ended.run() < latest.getOrDefault(ended.id(), 0L)
					&& !closing.contains(entry.process())) {
				this.late.merge(entry.process(), 1L, Long::sum);
			}
			else if (entry.event() instanceof Event.Lost) {
				this.refused.merge(entry.process(), 1L, Long::sum);
			}
		}
	}

	/** How many were refused, of all processes. */
	long refused() {
		return this.refused.values().stream().mapToLong(Long::longValue).sum();
	}

	/** Those that nobody was told of, as violations. More may be: ended, not stored. */
	List<String> uncounted() {
		List<String> violations = new ArrayList<>();
		this.late.forEach((process, ends) -> {
			long told = this.refused.getOrDefault(process, 0L);
			if (told < ends) {
				violations.add("Expected that process %s is told of %d late ends that they do not count, found %d"
					.formatted(process, ends, told));
			}
		});
		return violations;
	}

}
