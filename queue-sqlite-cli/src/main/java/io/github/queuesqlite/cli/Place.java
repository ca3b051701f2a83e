package io.github.queuesqlite.cli;

import java.nio.file.Path;

import io.github.queuesqlite.QueueConsole;
import picocli.CommandLine.Option;

/** Which queue is meant. */
final class Place {

	@Option(names = { "-d", "--directory" }, paramLabel = "DIR",
			defaultValue = "${env:QUEUE_SQLITE_DIRECTORY:-data/queue}",
			description = "Directory of the files, as in queue.sqlite.directory. Default: the environment variable"
					+ " QUEUE_SQLITE_DIRECTORY, or data/queue")
	private Path directory = Path.of("data/queue");

	@Option(names = { "-n", "--name" }, paramLabel = "NAME", defaultValue = "default",
			description = "Name of the queue, as in queue.sqlite.name. Default: ${DEFAULT-VALUE}")
	private String name = "default";

	Path files() {
		return this.directory.resolve(this.name);
	}

	QueueConsole toRead() {
		return QueueConsole.toRead(files());
	}

	QueueConsole toWrite() {
		return QueueConsole.toWrite(files());
	}

}
