package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.queuesqlite.store.ShardSession;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which tasks have suspects that are ready, so that a claim looks for one only
 * where there is one. Mostly there is none: then nothing is read.
 */
final class ReadySuspects {

	static final String IS_ANY = "EXISTS (SELECT 1 FROM message WHERE state = 22)";

	private final Statements statements;

	private final PauseTable pauses;

	private boolean any;

	/** The least order number by task by queue; null when it must be read. */
	private @Nullable Map<String, Map<String, Long>> firsts;

	ReadySuspects(Statements statements, PauseTable pauses) {
		this.statements = statements;
		this.pauses = pauses;
	}

	/** Suspects came or went. */
	void changed() {
		this.any = true;
		this.firsts = null;
	}

	/** Whether there is any is known anew. */
	void set(boolean any) {
		this.any = any;
		this.firsts = null;
	}

	/** The least order number; {@link ShardSession#NO_SUSPECT} for none. */
	long first(String queue, Set<String> hosted) throws SQLException {
		if (!this.any) {
			return ShardSession.NO_SUSPECT;
		}
		long first = ShardSession.NO_SUSPECT;
		for (Map.Entry<String, Long> task : firsts().getOrDefault(queue, Map.of()).entrySet()) {
			if (this.pauses.isClaimable(hosted, task.getKey())) {
				first = Math.min(first, task.getValue());
			}
		}
		return first;
	}

	/** The tasks that have suspects. */
	List<String> of(String queue, Set<String> hosted) throws SQLException {
		return firsts().getOrDefault(queue, Map.of())
			.keySet()
			.stream()
			.filter((task) -> this.pauses.isClaimable(hosted, task))
			.toList();
	}

	private Map<String, Map<String, Long>> firsts() throws SQLException {
		Map<String, Map<String, Long>> known = this.firsts;
		if (known == null) {
			Map<String, Map<String, Long>> read = new HashMap<>();
			this.statements.each((row) -> read.computeIfAbsent(row.getString(1), (queue) -> new HashMap<>())
				.put(row.getString(2), row.getLong(3)), MessageTable.FIRST_SUSPECTS);
			this.any = !read.isEmpty();
			this.firsts = read;
			known = read;
		}
		return known;
	}

}
