package io.github.queuesqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

import io.github.queuesqlite.message.FailedMessage;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskDefinition;

/**
 * A process that works off chains until it is killed: each link is given its number by
 * the one before it. Several write into one log: a line each for the start, the end and
 * the failure of a run.
 */
public final class ChainedChild {

	static final String TASK = "chained";

	static final String FAILED = "chain.failed";

	private ChainedChild() {
	}

	public static void main(String[] args) throws IOException {
		FileChannel log = FileChannel.open(Path.of(args[1]), StandardOpenOption.APPEND);
		EmbeddedQueue queue = EmbeddedQueue.builder(Path.of(args[0]))
			.concurrency(4)
			.probation(Duration.ofMillis(200))
			.build();
		queue.tasks().register(TaskDefinition.builder(TASK, String.class, (payload, context) -> {
			OrderedChild.say(log, "start", payload);
			if (ThreadLocalRandom.current().nextInt(10) == 0) {
				OrderedChild.say(log, "failure", payload);
				throw new IllegalStateException("again");
			}
			OrderedChild.say(log, "end", payload);
			String[] words = payload.split(" ");
			return words[0] + " " + (Integer.parseInt(words[1]) + 1);
		})
			.storeResult(false)
			.retryPolicy(new RetryPolicy(1000, Duration.ofMillis(5), 1, Duration.ofMillis(5), 0))
			.build());
		queue.tasks().register(FAILED, FailedMessage.class, (payload, context) -> {
			OrderedChild.say(log, "unwanted", payload.id() + " 0");
			return null;
		});
		queue.start();
	}

}
