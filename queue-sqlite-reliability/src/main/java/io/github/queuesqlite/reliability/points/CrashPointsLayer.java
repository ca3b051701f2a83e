package io.github.queuesqlite.reliability.points;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import io.github.queuesqlite.reliability.ChildProcess;
import io.github.queuesqlite.reliability.CoreSources;
import io.github.queuesqlite.reliability.Effort;
import io.github.queuesqlite.reliability.Layer;
import io.github.queuesqlite.reliability.Outcome;
import io.github.queuesqlite.reliability.PlantedChange;

/**
 * Stops each operation of the store at each of its statements, and looks whether all of
 * it or nothing is there and whether it can be done again.
 */
public final class CrashPointsLayer implements Layer {

	/** With each operation, however slow the machine is. */
	private static final long PATIENCE_SECONDS = 600;

	private static final int ENOUGH = 10;

	private static final PlantedChange WATCH = new PlantedChange("each connection that writes is watched",
			"waitWhenBusy(connection); return connection;", """
					waitWhenBusy(connection);
					io.github.queuesqlite.reliability.points.StatementWatch.watch(connection);
					return connection;""");

	@Override
	public String name() {
		return "crash-points";
	}

	@Override
	public String description() {
		return "each operation of the store, stopped at each of its statements: all of it or nothing is there,"
				+ " invariants hold, it can be done again";
	}

	@Override
	public void run(Effort effort, Outcome outcome) throws Exception {
		Path classes = effort.directory().resolve("classes");
		try (CoreSources sources = CoreSources.open()) {
			sources.compile(WATCH, classes);
		}
		Path files = Files.createDirectories(effort.directory().resolve("files"));
		String scenarios = Integer.toString(effort.count(8, Integer.MAX_VALUE));
		String states = Integer.toString(effort.isLong() ? Integer.MAX_VALUE : 3);
		try (ChildProcess child = ChildProcess.start(
				classes + File.pathSeparator + System.getProperty("java.class.path"), CrashPointsRun.class, Map.of(),
				List.of(), List.of(files.toString(), Long.toString(effort.seed()), scenarios, states))) {
			// What is broken once is broken at hundreds of points.
			for (String line = child.await("", PATIENCE_SECONDS); !line.equals("END")
					&& outcome.violations().size() < ENOUGH; line = child.await("", PATIENCE_SECONDS)) {
				if (line.startsWith("COUNT ")) {
					String[] words = line.split(" ", 3);
					outcome.count(words[2], Long.parseLong(words[1]));
				}
				else if (line.startsWith("BROKEN ")) {
					outcome.violation(line.substring("BROKEN ".length()) + " (seed " + effort.seed() + ")");
				}
			}
		}
	}

}
