package io.github.queuesqlite;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

import io.github.queuesqlite.task.Delivery;
import io.github.queuesqlite.task.TaskDefinition;

/**
 * A process that runs tasks until it is killed. Several write into one log, a line each
 * for the start and the end of a run. A payload that begins with {@code hang} never ends
 * unless it is interrupted, one that begins with {@code deaf} not even then; a task with
 * {@code once:} before its name is delivered at most once.
 */
public final class WorkChild {

	private WorkChild() {
	}

	public static void main(String[] args) throws IOException {
		FileChannel log = FileChannel.open(Path.of(args[1]), StandardOpenOption.APPEND);
		EmbeddedQueue queue = EmbeddedQueue.builder(Path.of(args[0])).build();
		for (int i = 2; i < args.length; i++) {
			boolean once = args[i].startsWith("once:");
			String task = once ? args[i].substring("once:".length()) : args[i];
			queue.tasks().register(TaskDefinition.builder(task, String.class, (payload, context) -> {
				say(log, "start", task + " " + payload);
				if (payload.startsWith("hang")) {
					new CountDownLatch(1).await();
				}
				while (payload.startsWith("deaf")) {
					LockSupport.parkNanos(1_000_000);
				}
				say(log, "end", task + " " + payload);
				return null;
			}).delivery(once ? Delivery.AT_MOST_ONCE : Delivery.AT_LEAST_ONCE).build());
		}
		queue.start();
		say(log, "ready", Long.toString(ProcessHandle.current().pid()));
	}

	/** One write to a file that is appended to: nobody else's comes between. */
	static void say(FileChannel log, String word, String what) throws IOException {
		log.write(ByteBuffer.wrap((word + " " + what + "\n").getBytes(StandardCharsets.UTF_8)));
	}

}
