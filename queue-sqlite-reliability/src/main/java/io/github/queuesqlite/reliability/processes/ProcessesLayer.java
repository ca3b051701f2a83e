package io.github.queuesqlite.reliability.processes;

import java.time.Duration;

import io.github.queuesqlite.reliability.Effort;
import io.github.queuesqlite.reliability.Layer;
import io.github.queuesqlite.reliability.Outcome;

/** Two to six processes on one directory that join, are killed and are restarted. */
public final class ProcessesLayer implements Layer {

	private static final Duration SHORT = Duration.ofSeconds(6);

	private static final Duration LONG = Duration.ofMinutes(20);

	/** Then a new directory, so that checks stay quick. */
	private static final Duration ONE_DIRECTORY = Duration.ofMinutes(1);

	@Override
	public String name() {
		return "processes";
	}

	@Override
	public String description() {
		return "Two to six processes on one directory, random join, kill and rolling restart: exact sets, no call fails"
				+ " (so no `SQLITE_BUSY`), work of a killed one is taken over";
	}

	@Override
	public void run(Effort effort, Outcome outcome) throws Exception {
		outcome.count("joins", 0);
		outcome.count("kills", 0);
		outcome.count("restarts", 0);
		outcome.count("messages", 0);
		Duration left = effort.duration(SHORT, LONG);
		for (int number = 0; !left.isZero() && outcome.violations().isEmpty(); number++) {
			Duration time = (left.compareTo(ONE_DIRECTORY) < 0) ? left : ONE_DIRECTORY;
			try (SharedDirectory directory = new SharedDirectory(effort, number, outcome)) {
				directory.run(time);
			}
			left = left.minus(time);
		}
	}

}
