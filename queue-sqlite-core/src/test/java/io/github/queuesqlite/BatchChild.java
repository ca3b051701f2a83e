package io.github.queuesqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

import io.github.queuesqlite.task.TaskContext;
import io.github.queuesqlite.task.TaskDefinition;

/**
 * A process that runs batches of a task. It says what is in each, when it begins and when
 * it has ended. A batch with {@code hang} in it waits for ever, one with {@code poison}
 * kills the process.
 */
public final class BatchChild {

	private BatchChild() {
	}

	public static void main(String[] args) throws IOException {
		FileChannel log = FileChannel.open(Path.of(args[1]), StandardOpenOption.APPEND);
		EmbeddedQueue queue = EmbeddedQueue.builder(Path.of(args[0])).concurrency(2).build();
		boolean hangs = args.length > 2 && args[2].equals("hang");
		queue.tasks().register(TaskDefinition.batch(QueueTester.TASK, String.class, (payloads, runs) -> {
			WorkChild.say(log, "start", line(payloads, runs));
			if (hangs) {
				new CountDownLatch(1).await();
			}
			if (payloads.contains("poison")) {
				Runtime.getRuntime().halt(PoisonChild.KILLED);
			}
			WorkChild.say(log, "end", line(payloads, runs));
			return null;
		}).batchSize(20).build());
		queue.start();
		WorkChild.say(log, "ready", Long.toString(ProcessHandle.current().pid()));
	}

	private static String line(List<String> payloads, List<TaskContext> runs) {
		return runs.stream().map((run) -> run.id() + ":" + run.attempt()).collect(Collectors.joining(","));
	}

}
