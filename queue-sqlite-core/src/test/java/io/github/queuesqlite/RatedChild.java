package io.github.queuesqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import io.github.queuesqlite.task.RateLimit;
import io.github.queuesqlite.task.TaskDefinition;

/**
 * A process that works off messages of one task with a rate, or with one for each
 * concurrency key, until it is killed. Several write into one log: a line each for the
 * start and the end of a run, with the time on the monotonic clock, which all processes
 * of a machine share.
 */
public final class RatedChild {

	/** A third argument: the rate is one for each key. */
	static final String PER_KEY = "key";

	private RatedChild() {
	}

	public static void main(String[] args) throws IOException {
		FileChannel log = FileChannel.open(Path.of(args[1]), StandardOpenOption.APPEND);
		EmbeddedQueue queue = OrderedChild.open(args);
		TaskDefinition.Builder<Integer> task = TaskDefinition
			.builder(QueueTester.TASK, Integer.class, (payload, context) -> {
				String key = context.message().concurrencyKey();
				String run = ((key != null) ? key : QueueTester.TASK) + " " + payload + " "
						+ ProcessHandle.current().pid() + " ";
				WorkChild.say(log, "start", run + System.nanoTime());
				WorkChild.say(log, "end", run + System.nanoTime());
				return null;
			})
			.retryPolicy(OrderedChild.AGAIN);
		RateLimit rate = RateLimit.of(args[2]);
		boolean perKey = args.length > 3 && args[3].equals(PER_KEY);
		queue.tasks().register((perKey ? task.rateLimitPerKey(rate) : task.rateLimit(rate)).build());
		queue.start();
		WorkChild.say(log, "ready", "to work as " + ProcessHandle.current().pid());
	}

}
