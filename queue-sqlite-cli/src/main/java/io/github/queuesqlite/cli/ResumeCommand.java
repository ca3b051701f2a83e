package io.github.queuesqlite.cli;

import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Resumes something. */
@Command(name = "resume", mixinStandardHelpOptions = true, sortOptions = false,
		description = { "Resumes what was paused: all queues, a queue, a task or a key. What is paused otherwise",
				"stays so: '--all' ends the pause of all, not that of a queue by its name." },
		footer = { "", "Example: queue-sqlite resume -d data/queue --all" })
final class ResumeCommand implements Runnable {

	@Mixin
	private final Place place = new Place();

	@ArgGroup(multiplicity = "1")
	@SuppressWarnings("NullAway.Init")
	private Paused what;

	@Mixin
	private final Output output = new Output();

	@Override
	public void run() {
		this.what.steering("resume")
			.steer(this.place, this.output, (console) -> console.resume(this.what.kind(), this.what.name()));
	}

}
