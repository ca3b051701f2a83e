package io.github.queuesqlite.reliability.history;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/**
 * What all processes did, in the order of time.
 *
 * @param entries the events
 */
public record History(List<Entry> entries) {

	public History {
		entries = entries.stream().sorted(Comparator.comparingLong((entry) -> entry.event().at())).toList();
	}

	/**
	 * Reads the histories of a directory. A last line that is cut off counts as not
	 * written.
	 * @param directory where {@link HistoryLog}s wrote
	 * @return the events of all
	 */
	public static History read(Path directory) throws IOException {
		return new HistoryReader(directory).read();
	}

	/**
	 * Returns what had happened by then: what began and did not end by then has an
	 * unknown outcome.
	 * @param at nanoseconds of the monotonic clock
	 * @return the events up to that time
	 */
	public History until(long at) {
		return new History(this.entries.stream().filter((entry) -> entry.event().at() <= at).toList());
	}

	/**
	 * One event.
	 *
	 * @param process the name of its history
	 * @param event what happened
	 */
	public record Entry(String process, Event event) {

	}

}
