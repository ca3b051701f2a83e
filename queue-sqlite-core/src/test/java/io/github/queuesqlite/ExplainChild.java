package io.github.queuesqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;

import io.github.queuesqlite.task.TaskDefinition;

/**
 * A process whose handlers say that they began and never end: of a task with one permit,
 * of one under a lock, and of the tasks it is told.
 */
public final class ExplainChild {

	static final String LIMITED = "limited";

	static final String LOCKED = "locked";

	private ExplainChild() {
	}

	public static void main(String[] args) throws IOException {
		FileChannel log = FileChannel.open(Path.of(args[1]), StandardOpenOption.APPEND);
		EmbeddedQueue queue = EmbeddedQueue.builder(Path.of(args[0])).concurrency(2).build();
		queue.tasks().register(task(LIMITED, log).maxConcurrent(1).build());
		queue.tasks().register(task(LOCKED, log).lock("door").build());
		for (int i = 2; i < args.length; i++) {
			queue.tasks().register(task(args[i], log).build());
		}
		queue.start();
		WorkChild.say(log, "ready", Long.toString(ProcessHandle.current().pid()));
	}

	private static TaskDefinition.Builder<String> task(String name, FileChannel log) {
		return TaskDefinition.builder(name, String.class, (payload, context) -> {
			WorkChild.say(log, "start", name + " " + payload);
			new CountDownLatch(1).await();
			return null;
		});
	}

}
