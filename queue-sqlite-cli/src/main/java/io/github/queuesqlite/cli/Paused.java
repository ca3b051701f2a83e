package io.github.queuesqlite.cli;

import io.github.queuesqlite.message.QueueStats.Pause;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is paused or resumed: one of these. */
final class Paused {

	@Option(names = "--all", required = true, description = "All queues together, those too that nobody has used yet")
	private boolean all;

	@Option(names = { "-q", "--queue" }, paramLabel = "QUEUE", required = true, description = "This queue")
	private @Nullable String queue;

	@Option(names = { "-t", "--task" }, paramLabel = "TASK", required = true, description = "This task, in all queues")
	private @Nullable String task;

	@Option(names = { "-k", "--key" }, paramLabel = "KEY", required = true,
			description = "This ordering or concurrency key, in all queues and tasks")
	private @Nullable String key;

	Pause.Kind kind() {
		if (this.queue != null) {
			return Pause.Kind.QUEUE;
		}
		if (this.task != null) {
			return Pause.Kind.TASK;
		}
		return (this.key != null) ? Pause.Kind.KEY : Pause.Kind.ALL;
	}

	String name() {
		return switch (kind()) {
			case ALL -> "*";
			case QUEUE -> String.valueOf(this.queue);
			case TASK -> String.valueOf(this.task);
			case KEY -> String.valueOf(this.key);
		};
	}

	/** Does it as the endpoint does, and writes it down likewise. */
	Steering steering(String action) {
		return switch (kind()) {
			case ALL -> new Steering(action + "-all", "queues");
			case QUEUE -> new Steering(action, "queues/" + this.queue);
			case TASK -> new Steering(action, "tasks/" + this.task);
			case KEY -> new Steering(action, "keys/" + this.key);
		};
	}

}
