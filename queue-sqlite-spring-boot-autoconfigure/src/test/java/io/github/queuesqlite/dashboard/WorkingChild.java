package io.github.queuesqlite.dashboard;

import java.nio.file.Path;
import java.time.Duration;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.task.PermanentTaskException;
import io.github.queuesqlite.task.TaskDefinition;

/**
 * A process without a dashboard that works until nothing is left, and hands in ten
 * messages of its own.
 */
public final class WorkingChild {

	private WorkingChild() {
	}

	public static void main(String[] args) throws Exception {
		try (EmbeddedQueue queue = EmbeddedQueue.builder(Path.of(args[0])).build()) {
			queue.tasks().register("work", Void.class, (nothing, run) -> null);
			queue.tasks().register(TaskDefinition.builder("die", Void.class, (nothing, run) -> {
				throw new PermanentTaskException("No");
			}).build());
			queue.tasks().register(TaskDefinition.builder("stumble", Void.class, (nothing, run) -> {
				if (run.attempt() == 1) {
					throw new IllegalStateException("Once");
				}
				return null;
			}).build());
			for (int i = 0; i < 10; i++) {
				queue.operations().enqueue(NewMessage.to("work"));
			}
			queue.start();
			queue.operations().drain(Duration.ofMinutes(1));
		}
	}

}
