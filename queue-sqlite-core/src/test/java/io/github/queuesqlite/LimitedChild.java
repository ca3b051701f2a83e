package io.github.queuesqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

import io.github.queuesqlite.task.TaskDefinition;

/**
 * A process that works off messages of limited tasks until it is killed. Several write
 * into one log: a line each for the start and the end of a run.
 */
public final class LimitedChild {

	/** Three at once. */
	static final String THREE = "three";

	/** One at a time of both. */
	static final List<String> LOCKED = List.of("locked.one", "locked.two");

	/** Two at once of each key. */
	static final String KEYED = "keyed";

	private LimitedChild() {
	}

	public static void main(String[] args) throws IOException {
		FileChannel log = FileChannel.open(Path.of(args[1]), StandardOpenOption.APPEND);
		EmbeddedQueue queue = OrderedChild.open(args);
		queue.tasks().register(task(THREE, log).maxConcurrent(3).build());
		for (String name : LOCKED) {
			queue.tasks().register(task(name, log).queue(name).lock("both").build());
		}
		queue.tasks().register(task(KEYED, log).maxConcurrentPerKey(2).build());
		queue.start();
	}

	private static TaskDefinition.Builder<Integer> task(String name, FileChannel log) {
		return TaskDefinition.builder(name, Integer.class, (payload, context) -> {
			String key = context.message().concurrencyKey();
			String run = ((key != null) ? key : name) + " " + payload;
			OrderedChild.say(log, "start", run);
			Thread.sleep(ThreadLocalRandom.current().nextInt(4));
			boolean fails = ThreadLocalRandom.current().nextInt(10) == 0;
			OrderedChild.say(log, fails ? "failure" : "end", run);
			if (fails) {
				throw new IllegalStateException("again");
			}
			return null;
		}).retryPolicy(OrderedChild.AGAIN);
	}

}
