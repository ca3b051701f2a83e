package io.github.queuesqlite.cli;

import java.util.concurrent.Callable;

import io.github.queuesqlite.message.MessageQuery;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Deletes messages. */
@Command(name = "purge", mixinStandardHelpOptions = true, sortOptions = false,
		description = { "Deletes all messages that match, but for RUNNING ones. There is no way back.",
				"It needs '--state'." },
		footer = { "", "Example: queue-sqlite purge -d data/queue --state DEAD --task report --created-before"
				+ " 2026-01-31T00:00:00Z" })
final class PurgeCommand implements Callable<Integer> {

	@Mixin
	private final Place place = new Place();

	@Mixin
	private final Filter filter = new Filter();

	@Mixin
	private final Output output = new Output();

	@Override
	public Integer call() {
		if (!this.filter.hasStates()) {
			throw new IllegalArgumentException("Say which with '--state', such as '--state DEAD'");
		}
		MessageQuery query = this.filter.query();
		new Steering("purge", "messages" + query.text()).run(this.place, this.output,
				(console) -> console.purge(query));
		return 0;
	}

}
