package io.github.queuesqlite.cli;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;

import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which messages are meant. */
final class Filter {

	@Option(names = { "-s", "--state" }, split = ",", paramLabel = "STATE",
			description = "Only messages in one of these states: ${COMPLETION-CANDIDATES}")
	private Set<MessageState> states = EnumSet.noneOf(MessageState.class);

	@Option(names = { "-q", "--queue" }, paramLabel = "QUEUE", description = "Only messages of this queue")
	private @Nullable String queue;

	@Option(names = { "-t", "--task" }, paramLabel = "TASK", description = "Only messages of this task")
	private @Nullable String task;

	@Option(names = "--tag", paramLabel = "TAG", description = "Only messages with this tag")
	private @Nullable String tag;

	@Option(names = { "-k", "--key" }, paramLabel = "KEY",
			description = "Only messages whose idempotency, unique, ordering or concurrency key is this")
	private @Nullable String key;

	@Option(names = "--created-after", paramLabel = "TIME", converter = Time.class,
			description = "Only messages handed in after this time, such as 2026-01-31T12:00:00Z")
	private @Nullable Instant createdAfter;

	@Option(names = "--created-before", paramLabel = "TIME", converter = Time.class,
			description = "Only messages handed in before this time")
	private @Nullable Instant createdBefore;

	@Option(names = "--ended-after", paramLabel = "TIME", converter = Time.class,
			description = "Only messages that ended after this time")
	private @Nullable Instant endedAfter;

	@Option(names = "--ended-before", paramLabel = "TIME", converter = Time.class,
			description = "Only messages that ended before this time")
	private @Nullable Instant endedBefore;

	@Option(names = "--started-before", paramLabel = "TIME", converter = Time.class,
			description = "Only messages that are RUNNING since before this time")
	private @Nullable Instant startedBefore;

	@Option(names = "--instance", paramLabel = "NAME",
			description = "Only messages that are RUNNING in the process of this name, as stats shows it")
	private @Nullable String instance;

	MessageQuery query() {
		return new MessageQuery(this.states, this.queue, this.task, this.tag, this.key, this.createdAfter,
				this.createdBefore, this.endedAfter, this.endedBefore, this.startedBefore, this.instance, null,
				MessageQuery.DEFAULT_LIMIT);
	}

	boolean isEmpty() {
		return query().equals(MessageQuery.all());
	}

	boolean hasStates() {
		return !this.states.isEmpty();
	}

	/** Reads a time. */
	static final class Time implements ITypeConverter<Instant> {

		@Override
		public Instant convert(String text) {
			try {
				return Instant.parse(text);
			}
			catch (DateTimeException ex) {
				throw new TypeConversionException("must be a time as 2026-01-31T12:00:00Z, was '" + text + "'");
			}
		}

	}

}
