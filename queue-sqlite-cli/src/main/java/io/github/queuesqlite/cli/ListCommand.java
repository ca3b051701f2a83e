package io.github.queuesqlite.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.queuesqlite.QueueConsole;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Messages that match. */
@Command(name = "list", mixinStandardHelpOptions = true, sortOptions = false,
		description = "Lists messages, the oldest first.",
		footer = { "", "Examples:", "  queue-sqlite list -d data/queue --state READY,SCHEDULED --queue mail",
				"  queue-sqlite list -d data/queue --state DEAD --limit 10",
				"  queue-sqlite list -d data/queue --after 0AKN6QZ0G2000      the next page",
				"  queue-sqlite list -d data/queue --json | jq -r '.messages[].id'" })
final class ListCommand implements Runnable {

	@Mixin
	private final Place place = new Place();

	@Mixin
	private final Filter filter = new Filter();

	@Option(names = "--after", paramLabel = "ID", converter = Id.class,
			description = "Only messages with greater ids: what the page before names")
	private @Nullable MessageId after;

	@Option(names = { "-l", "--limit" }, paramLabel = "COUNT", defaultValue = "50",
			description = "How many at most, from 1. Default: ${DEFAULT-VALUE}")
	private int limit = 50;

	@Mixin
	private final Output output = new Output();

	@Override
	public void run() {
		if (this.limit < 1) {
			throw new IllegalArgumentException("'--limit' must be at least 1, was " + this.limit);
		}
		try (QueueConsole console = this.place.toRead()) {
			List<Message> found = find(console);
			MessageId next = (found.size() == this.limit) ? found.get(found.size() - 1).id() : null;
			if (this.output.isJson()) {
				Map<String, @Nullable Object> fields = new LinkedHashMap<>();
				fields.put("messages", found.stream().map(Rows::summary).toList());
				Rows.put(fields, "next", (next != null) ? next.toString() : null);
				this.output.json(fields);
				return;
			}
			this.output.table(Rows.HEADINGS, found.stream().map(Rows::row).toList());
			if (next != null) {
				this.output.line("There may be more: --after " + next);
			}
		}
	}

	/** In pages, as the store gives them. */
	private List<Message> find(QueueConsole console) {
		List<Message> found = new ArrayList<>();
		MessageId from = this.after;
		while (found.size() < this.limit) {
			int most = Math.min(MessageQuery.MAX_LIMIT, this.limit - found.size());
			MessageQuery query = this.filter.query().limit(most);
			List<Message> page = console.list((from != null) ? query.after(from) : query);
			found.addAll(page);
			if (page.size() < most) {
				break;
			}
			from = page.get(page.size() - 1).id();
		}
		return found;
	}

}
