package io.github.queuesqlite.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

import io.github.queuesqlite.Explanation;
import io.github.queuesqlite.QueueConsole;
import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.LogEntry;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageTree;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** One message. */
@Command(name = "show", mixinStandardHelpOptions = true, sortOptions = false,
		description = "Shows a message: why it does not run, its failed attempts, and what was stored with it.",
		footer = { "", "Examples:", "  queue-sqlite show -d data/queue 0AKN6QZ0G2000",
				"  queue-sqlite show -d data/queue 0AKN6QZ0G2000 --show-values --json | jq .payload" })
final class ShowCommand implements Callable<Integer> {

	@Parameters(paramLabel = "ID", converter = Id.class, description = "Id of the message")
	@SuppressWarnings("NullAway.Init")
	private MessageId id;

	@Mixin
	private final Place place = new Place();

	@Option(names = "--show-values",
			description = "Show the payload, the result, and the values of headers and metadata too")
	private boolean values;

	@Mixin
	private final Output output = new Output();

	@Override
	public Integer call() {
		try (QueueConsole console = this.place.toRead()) {
			Optional<Message> found = console.find(this.id);
			if (found.isEmpty()) {
				this.output.line("There is no message " + this.id + ": it is unknown, or already removed");
				return QueueCommand.FOUND;
			}
			if (this.output.isJson()) {
				this.output.json(fields(console, found.get()));
			}
			else {
				print(console, found.get());
			}
			return 0;
		}
	}

	private Map<String, @Nullable Object> fields(QueueConsole console, Message message) {
		Map<String, @Nullable Object> fields = Rows.summary(message);
		fields.put("explanation", explanation(console.explain(this.id)));
		fields.putAll(Rows.details(message, this.values));
		fields.put("log", console.log(this.id));
		fields.put("failures", console.failures(this.id));
		console.tree(this.id).filter((tree) -> tree.nodes().size() > 1).ifPresent((tree) -> fields.put("tree", tree));
		return fields;
	}

	private static Map<String, @Nullable Object> explanation(Explanation explanation) {
		Map<String, @Nullable Object> fields = new LinkedHashMap<>();
		fields.put("summary", explanation.summary());
		fields.put("reasons", explanation.reasons().stream().map((reason) -> {
			Map<String, @Nullable Object> one = new LinkedHashMap<>();
			one.put("kind", reason.kind());
			one.put("text", reason.text());
			return one;
		}).toList());
		return fields;
	}

	private void print(QueueConsole console, Message message) {
		Map<String, @Nullable Object> fields = Rows.summary(message);
		fields.remove("lastError");
		fields.putAll(Rows.details(message, this.values));
		int width = fields.keySet().stream().mapToInt(String::length).max().orElse(0) + 2;
		fields.forEach((name, value) -> this.output.line(name + " ".repeat(width - name.length()) + value));
		this.output.line("");
		Explanation explanation = console.explain(this.id);
		this.output.line(explanation.summary());
		explanation.reasons().stream().skip(1).forEach((reason) -> this.output.line("  also: " + reason.text()));
		List<Failure> failures = console.failures(this.id);
		failures.forEach((failure) -> {
			this.output.line("");
			this.output.line("Attempt " + failure.attempt() + " failed at " + failure.at() + ": " + failure.type()
					+ ": " + failure.message());
			this.output.lines("    ", failure.stack());
		});
		List<LogEntry> log = console.log(this.id);
		if (!log.isEmpty()) {
			this.output.line("");
			log.forEach((entry) -> this.output.line(entry.at() + "  " + entry.text()));
		}
		console.tree(this.id).filter((tree) -> tree.nodes().size() > 1).ifPresent(this::print);
	}

	private void print(MessageTree tree) {
		this.output.line("");
		this.output.table(List.of("STORED WITH IT", "STATE", "TASK", "WAITS FOR"),
				tree.nodes()
					.stream()
					.map((node) -> List.of(node.id().toString(), node.state().name(), node.task(),
							String.join(" ", node.waitsFor().stream().map(MessageId::toString).toList())))
					.toList());
	}

}
