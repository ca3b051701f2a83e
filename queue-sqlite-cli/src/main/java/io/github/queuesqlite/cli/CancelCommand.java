package io.github.queuesqlite.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

import io.github.queuesqlite.message.MessageId;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Cancels messages. */
@Command(name = "cancel", mixinStandardHelpOptions = true, sortOptions = false,
		description = "Cancels messages: those that wait at once; handlers of those that run are asked to stop.",
		footer = { "", "Example: queue-sqlite cancel -d data/queue 0AKN6QZ0G2000" })
final class CancelCommand implements Callable<Integer> {

	@Parameters(paramLabel = "ID", converter = Id.class, arity = "1..*", description = "Ids of messages")
	private List<MessageId> ids = new ArrayList<>();

	@Mixin
	private final Place place = new Place();

	@Mixin
	private final Output output = new Output();

	@Override
	public Integer call() {
		int changed = new Steering("cancel", "messages/" + this.ids).run(this.place, this.output,
				(console) -> (int) this.ids.stream().filter(console::cancel).count());
		return (changed == this.ids.size()) ? 0 : QueueCommand.FOUND;
	}

}
