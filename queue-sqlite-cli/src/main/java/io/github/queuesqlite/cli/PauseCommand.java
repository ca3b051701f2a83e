package io.github.queuesqlite.cli;

import java.time.Instant;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Pauses something. */
@Command(name = "pause", mixinStandardHelpOptions = true, sortOptions = false,
		description = { "Pauses all queues, a queue, a task or a key: nothing of it starts, in any process and after",
				"restarts. What runs goes on. Each is resumed by itself." },
		footer = { "", "Examples:", "  queue-sqlite pause -d data/queue --all --until 2026-01-31T12:00:00Z",
				"  queue-sqlite pause -d data/queue --queue mail" })
final class PauseCommand implements Runnable {

	@Mixin
	private final Place place = new Place();

	@ArgGroup(multiplicity = "1")
	@SuppressWarnings("NullAway.Init")
	private Paused what;

	@Option(names = "--until", paramLabel = "TIME", converter = Filter.Time.class,
			description = "When it goes on by itself, such as 2026-01-31T12:00:00Z. Default: when it is resumed")
	private @Nullable Instant until;

	@Mixin
	private final Output output = new Output();

	@Override
	public void run() {
		this.what.steering("pause")
			.steer(this.place, this.output, (console) -> console.pause(this.what.kind(), this.what.name(), this.until));
	}

}
