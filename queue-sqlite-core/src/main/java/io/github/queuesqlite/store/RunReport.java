package io.github.queuesqlite.store;

import java.util.List;

import io.github.queuesqlite.message.LogEntry;
import io.github.queuesqlite.message.Progress;
import org.jspecify.annotations.Nullable;

/**
 * What a handler says of its run.
 *
 * @param progress null when it said nothing new
 * @param entries oldest first
 */
public record RunReport(@Nullable Progress progress, List<LogEntry> entries) {

	/** The latest ones of a message are kept. */
	public static final int MOST_ENTRIES = 100;

}
