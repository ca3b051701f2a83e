package io.github.queuesqlite.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

import io.github.queuesqlite.QueueConsole;
import io.github.queuesqlite.message.AuditEntry;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Makes files smaller. */
@Command(name = "compact", mixinStandardHelpOptions = true, sortOptions = false,
		description = "Gives free pages back to the file system, in small steps between the commits of others.",
		footer = { "", "Example: queue-sqlite compact -d data/queue" })
final class CompactCommand implements Runnable {

	@Mixin
	private final Place place = new Place();

	@Mixin
	private final Output output = new Output();

	@Override
	public void run() {
		long before;
		try (QueueConsole console = this.place.toWrite()) {
			before = size();
			console.compact();
			console.note(Steering.actor(), "compact", "files", AuditEntry.Outcome.DONE, null);
		}
		long after = size();
		if (this.output.isJson()) {
			Map<String, Object> fields = new LinkedHashMap<>();
			fields.put("before", before);
			fields.put("after", after);
			this.output.json(fields);
		}
		else {
			this.output.line("The shards have %,d bytes, and had %,d".formatted(after, before));
		}
	}

	private long size() {
		try (Stream<Path> files = Files.list(this.place.files())) {
			return files.filter((file) -> file.toString().endsWith(".db"))
				.mapToLong((file) -> file.toFile().length())
				.sum();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
