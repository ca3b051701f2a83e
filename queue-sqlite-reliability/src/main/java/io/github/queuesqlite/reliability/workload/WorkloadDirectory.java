package io.github.queuesqlite.reliability.workload;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import io.github.queuesqlite.reliability.Directories;
import io.github.queuesqlite.reliability.Effort;
import io.github.queuesqlite.reliability.Outcome;
import io.github.queuesqlite.reliability.history.History;
import io.github.queuesqlite.reliability.history.HistoryLog;
import io.github.queuesqlite.reliability.history.HistoryReader;

/**
 * One of the directories that a layer has processes work in: their history, and what is
 * found in it.
 */
public final class WorkloadDirectory implements AutoCloseable {

	private final Effort effort;

	private final int number;

	private final Outcome outcome;

	private final Path path;

	private final WorkloadSettings settings;

	private final HistoryLog supervisor;

	private final HistoryReader reader;

	/**
	 * Prepares a directory.
	 * @param effort where, and its seed
	 * @param number which of the layer's
	 * @param outcome gets what is found
	 */
	public WorkloadDirectory(Effort effort, int number, Outcome outcome) throws IOException {
		this.effort = effort;
		this.number = number;
		this.outcome = outcome;
		this.path = effort.directory().resolve("directory-" + number);
		this.settings = WorkloadSettings.in(this.path);
		this.supervisor = new HistoryLog(Path.of(this.settings.history()), "supervisor");
		this.reader = new HistoryReader(Path.of(this.settings.history()));
	}

	public Path path() {
		return this.path;
	}

	public WorkloadSettings settings() {
		return this.settings;
	}

	/**
	 * Starts a process.
	 * @param settings what it does
	 * @param jvmArguments besides the usual ones
	 */
	public WorkloadProcess start(WorkloadSettings settings, String... jvmArguments) throws IOException {
		return WorkloadProcess.start(settings, this.supervisor, jvmArguments);
	}

	/** Reads what happened so far. */
	public History history() throws IOException {
		return this.reader.read();
	}

	/**
	 * Reports what is found, with how to see it again.
	 * @param violations a text for each
	 */
	public void report(List<String> violations) {
		violations.forEach((violation) -> this.outcome.violation(
				"%s (seed %d, directory %d: %s)".formatted(violation, this.effort.seed(), this.number, this.path)));
	}

	/** Keeps the files when anything was found, for a look. */
	public void deleteWhenSound() throws IOException {
		if (this.outcome.violations().isEmpty()) {
			Directories.delete(this.path);
		}
	}

	@Override
	public void close() throws IOException {
		this.supervisor.close();
	}

}
