package io.github.queuesqlite.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Makes ended messages READY again. */
@Command(name = "retry", mixinStandardHelpOptions = true, sortOptions = false,
		description = "Makes DEAD, CANCELLED and EXPIRED messages READY again: some by their ids, or all that match.",
		footer = { "", "Examples:", "  queue-sqlite retry -d data/queue 0AKN6QZ0G2000",
				"  queue-sqlite retry -d data/queue --state DEAD --task report" })
final class RetryCommand implements Callable<Integer> {

	@Parameters(paramLabel = "ID", converter = Id.class, arity = "0..*", description = "Ids of messages")
	private List<MessageId> ids = new ArrayList<>();

	@Mixin
	private final Place place = new Place();

	@Mixin
	private final Filter filter = new Filter();

	@Mixin
	private final Output output = new Output();

	@Override
	public Integer call() {
		if (this.ids.isEmpty() == this.filter.isEmpty()) {
			throw new IllegalArgumentException("Give ids or a filter, such as '--state DEAD'");
		}
		if (this.ids.isEmpty()) {
			MessageQuery query = this.filter.query();
			new Steering("retry", "messages" + query.text()).run(this.place, this.output,
					(console) -> console.retryAll(query));
			return 0;
		}
		int changed = new Steering("retry", "messages/" + this.ids).run(this.place, this.output,
				(console) -> (int) this.ids.stream().filter(console::retry).count());
		return (changed == this.ids.size()) ? 0 : QueueCommand.FOUND;
	}

}
