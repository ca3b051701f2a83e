package io.github.queuesqlite.cli;

import java.nio.file.Path;
import java.util.Map;

import io.github.queuesqlite.QueueConsole;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Backs a queue up. */
@Command(name = "backup", mixinStandardHelpOptions = true, sortOptions = false,
		description = "Copies the queue as it is at one moment, checks the copy, and only then gives it its name.",
		footer = { "", "Example: queue-sqlite backup -d data/queue /backup/monday", "",
				"Then '/backup/monday' can be used as queue.sqlite.directory." })
final class BackupCommand implements Runnable {

	@Parameters(paramLabel = "TARGET", description = "Directory for the backup: not there yet, or empty")
	@SuppressWarnings("NullAway.Init")
	private Path target;

	@Mixin
	private final Place place = new Place();

	@Mixin
	private final Output output = new Output();

	@Override
	public void run() {
		Path made = QueueConsole.backup(this.place.files(), this.target);
		if (this.output.isJson()) {
			this.output.json(Map.of("backup", made.toString()));
		}
		else {
			this.output.line("Backed up into " + made);
		}
	}

}
