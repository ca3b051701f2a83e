package io.github.queuesqlite.reliability.corruption;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

import io.github.queuesqlite.reliability.ChildProcess;
import io.github.queuesqlite.reliability.Directories;
import io.github.queuesqlite.reliability.Effort;
import io.github.queuesqlite.reliability.Layer;
import io.github.queuesqlite.reliability.Outcome;

/** Damages copies of a directory whose process was ended, salvages them and uses them. */
public final class CorruptionLayer implements Layer {

	private static final int SHORT_COUNT = 10;

	private static final int LONG_COUNT = 2000;

	private static final int COPIES_OF_A_DIRECTORY = 100;

	@Override
	public String name() {
		return "corruption";
	}

	@Override
	public String description() {
		return "Bits are flipped, pages zeroed and files cut, in one shard or its log, after an unclean stop: no"
				+ " changed payload reaches a handler, a damaged message says so or its shard is quarantined by name,"
				+ " the other shard works all its messages, salvage writes out what is not on damaged pages";
	}

	@Override
	public void run(Effort effort, Outcome outcome) throws Exception {
		for (String name : List.of("damaged files", "bit flips", "zeroed pages", "truncations", "shards quarantined",
				"messages found damaged", "messages salvaged")) {
			outcome.count(name, 0);
		}
		int count = effort.count(SHORT_COUNT, LONG_COUNT);
		Path source = effort.directory().resolve("source");
		Map<String, FilledDirectory.Stored> stored = Map.of();
		for (int number = 0; number < count && outcome.violations().isEmpty(); number++) {
			RandomGenerator random = effort.random(number);
			if (number % COPIES_OF_A_DIRECTORY == 0) {
				stored = fill(source, effort.random(-1 - number).nextLong());
			}
			Path copy = effort.directory().resolve("copy-" + number);
			new DamagedCopy(source, copy, stored, random, outcome, "seed %d, copy %d".formatted(effort.seed(), number))
				.run();
			if (outcome.violations().isEmpty()) {
				Directories.delete(copy);
			}
		}
		if (outcome.violations().isEmpty()) {
			Directories.delete(source);
		}
	}

	private static Map<String, FilledDirectory.Stored> fill(Path directory, long seed) throws Exception {
		Directories.delete(directory);
		Path notes = directory.resolveSibling("notes");
		try (ChildProcess child = ChildProcess.start(FilledDirectory.class, Map.of(), List.of(),
				List.of(directory.toString(), notes.toString(), Long.toString(seed)))) {
			int code = child.waitFor(300);
			if (code != 0) {
				throw new IllegalStateException("The process that fills the directory ended with " + code);
			}
		}
		Map<String, FilledDirectory.Stored> stored = FilledDirectory.read(notes);
		Files.delete(notes);
		return stored;
	}

}
