package io.github.queuesqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskDefinition;

/**
 * A process that works off messages with ordering keys until it is killed. Several write
 * into one log: a line each for the start, the end and the failure of a run.
 */
public final class OrderedChild {

	static final String TASK = "ordered";

	/** Again, soon, and as often as it takes. */
	static final RetryPolicy AGAIN = new RetryPolicy(1000, Duration.ofMillis(5), 1, Duration.ofMillis(5), 0);

	private OrderedChild() {
	}

	public static void main(String[] args) throws IOException {
		FileChannel log = FileChannel.open(Path.of(args[1]), StandardOpenOption.APPEND);
		EmbeddedQueue queue = open(args);
		queue.tasks().register(TaskDefinition.builder(TASK, String.class, (payload, context) -> {
			say(log, "start", payload);
			if (ThreadLocalRandom.current().nextInt(10) == 0) {
				say(log, "failure", payload);
				throw new IllegalStateException("again");
			}
			say(log, "end", payload);
			return null;
		}).retryPolicy(AGAIN).build());
		queue.start();
	}

	/** Opens a queue that others like it may kill at any time. */
	static EmbeddedQueue open(String[] args) {
		return EmbeddedQueue.builder(Path.of(args[0])).concurrency(4).probation(Duration.ofMillis(200)).build();
	}

	/** Says who did it, too. */
	static void say(FileChannel log, String word, String what) throws IOException {
		WorkChild.say(log, word, what + " " + ProcessHandle.current().pid());
	}

}
