package io.github.queuesqlite;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import io.github.queuesqlite.message.AuditEntry;
import io.github.queuesqlite.message.QueueStats.Pause;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.Situation.Held;
import org.jspecify.annotations.Nullable;

/**
 * Finds who has paused something: a pause itself has no name, but the audit says who
 * asked for one at that time. What code has paused stands there only if it wrote it down
 * itself.
 */
final class PauseActors {

	/** The entry follows the pause; a later one is of somebody who asked for it again. */
	private static final Duration FOLLOWS = Duration.ofMinutes(1);

	private final MessageStore store;

	/** Null before somebody asked. */
	private @Nullable List<AuditEntry> entries;

	PauseActors(MessageStore store) {
		this.store = store;
	}

	/** Null when nobody knows. */
	@Nullable String of(Held held) {
		Instant since = Instant.ofEpochMilli(held.since());
		String action = (held.kind() == Pause.Kind.ALL) ? "pause-all" : "pause";
		String target = target(held);
		String actor = null;
		for (AuditEntry entry : entries()) {
			if (entry.action().equals(action) && entry.target().equals(target)
					&& entry.outcome() == AuditEntry.Outcome.DONE && !entry.at().isBefore(since)
					&& entry.at().isBefore(since.plus(FOLLOWS))) {
				actor = entry.actor();
			}
		}
		return actor;
	}

	private static String target(Held held) {
		return switch (held.kind()) {
			case ALL -> "queues";
			case QUEUE -> "queues/" + held.name();
			case TASK -> "tasks/" + held.name();
			case KEY -> "keys/" + held.name();
		};
	}

	private List<AuditEntry> entries() {
		List<AuditEntry> entries = this.entries;
		if (entries == null) {
			entries = this.store.audit(AuditLog.MAX_LATEST);
			this.entries = entries;
		}
		return entries;
	}

}
