package io.github.queuesqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

import io.github.queuesqlite.task.TaskDefinition;

/** A process that records the states of messages and works until it is killed. */
public final class HistoryChild {

	static final String TASK = "recorded";

	private HistoryChild() {
	}

	public static void main(String[] args) throws IOException {
		FileChannel log = FileChannel.open(Path.of(args[1]), StandardOpenOption.APPEND);
		EmbeddedQueue queue = EmbeddedQueue.builder(Path.of(args[0]))
			.history(true, Duration.ofDays(1), 100_000)
			.build();
		queue.tasks().register(TaskDefinition.builder(TASK, Integer.class, (payload, context) -> {
			if (payload % 3 == context.attempt()) {
				throw new IllegalStateException("again");
			}
			return payload;
		}).build());
		queue.start();
		queue.operations().enqueue(TASK, 0);
		WorkChild.say(log, "ready", "1");
		for (int i = 1;; i++) {
			queue.operations().enqueue(TASK, i);
		}
	}

}
