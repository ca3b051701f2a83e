package io.github.queuesqlite.cli;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;

import io.github.queuesqlite.Salvage;
import io.github.queuesqlite.message.QueueException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Reads what can be read of a damaged shard. */
@Command(name = "salvage", mixinStandardHelpOptions = true, sortOptions = false,
		description = { "Writes the messages of a shard, however damaged, as lines of JSON. The shard is not changed.",
				"Exit code 1 when some are damaged or missing." },
		footer = { "", "Example: queue-sqlite salvage data/queue/default/queue_shard_0.db messages.jsonl" })
final class SalvageCommand implements Callable<Integer> {

	@Parameters(index = "0", paramLabel = "SHARD", description = "File of the shard; nobody may write it meanwhile")
	@SuppressWarnings("NullAway.Init")
	private Path shard;

	@Parameters(index = "1", paramLabel = "TARGET", description = "File to write; must not exist")
	@SuppressWarnings("NullAway.Init")
	private Path target;

	@Mixin
	private final Output output = new Output();

	@Override
	public Integer call() {
		Salvage salvage = write();
		if (this.output.isJson()) {
			Map<String, Object> fields = new LinkedHashMap<>();
			fields.put("readable", salvage.readable());
			fields.put("damaged", salvage.damaged());
			fields.put("missing", salvage.missing());
			this.output.json(fields);
		}
		else {
			this.output.line(salvage.readable() + " messages as they were stored, " + salvage.damaged() + " damaged, "
					+ ((salvage.missing() >= 0) ? String.valueOf(salvage.missing()) : "an unknown number")
					+ " missing");
		}
		return (salvage.damaged() == 0 && salvage.missing() == 0) ? 0 : QueueCommand.FOUND;
	}

	private Salvage write() {
		try {
			return Salvage.write(this.shard, this.target);
		}
		catch (FileAlreadyExistsException ex) {
			throw new QueueException("The file " + this.target + " exists: give another one", ex);
		}
		catch (NoSuchFileException ex) {
			throw new QueueException("There is no file " + ex.getFile(), ex);
		}
		catch (IOException ex) {
			throw new QueueException("Cannot salvage " + this.shard + ": " + ex, ex);
		}
	}

}
