package io.github.queuesqlite.reliability.history;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

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
		List<Entry> entries = new ArrayList<>();
		try (Stream<Path> files = Files.list(directory)) {
			for (Path file : files.filter((path) -> path.toString().endsWith(HistoryLog.SUFFIX)).toList()) {
				read(file, entries);
			}
		}
		return new History(entries);
	}

	private static void read(Path file, List<Entry> entries) throws IOException {
		String name = file.getFileName().toString();
		String process = name.substring(0, name.length() - HistoryLog.SUFFIX.length());
		String text = Files.readString(file);
		text.substring(0, text.lastIndexOf('\n') + 1)
			.lines()
			.forEach((line) -> entries.add(new Entry(process, HistoryLog.JSON.readValue(line, Event.class))));
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
	 * Returns what happened to messages of other shards, and to listen data.
	 * @param shards whose messages are left out
	 * @return what is left
	 */
	public History without(Set<Integer> shards) {
		return shards.isEmpty() ? this : new ShardFilter(this, shards).history();
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
