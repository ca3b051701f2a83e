package io.github.queuesqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

import io.github.queuesqlite.message.FailedMessage;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.task.TaskDefinition;

/**
 * A process that works off chains until it is killed: each link is given its number by
 * the one before it, which has handed it in with its own end where that said so. Several
 * write into one log: a line each for the start, the end and the failure of a run.
 */
public final class ChainedChild {

	static final String TASK = "chained";

	static final String SPAWNING = "spawning";

	static final String FAILED = "chain.failed";

	private ChainedChild() {
	}

	public static void main(String[] args) throws IOException {
		FileChannel log = FileChannel.open(Path.of(args[1]), StandardOpenOption.APPEND);
		EmbeddedQueue queue = OrderedChild.open(args);
		queue.tasks()
			.register(TaskDefinition.builder(TASK, String.class, (payload, context) -> next(log, payload))
				.storeResult(false)
				.retryPolicy(OrderedChild.AGAIN)
				.build());
		queue.tasks().register(TaskDefinition.builder(SPAWNING, String.class, (payload, context) -> {
			String[] words = payload.split(" ");
			if (!words[1].equals(words[2])) {
				context.enqueue(spawned(words[0], Integer.parseInt(words[1]) + 1, words[2]));
			}
			return next(log, words[0] + " " + words[1]);
		}).retryPolicy(OrderedChild.AGAIN).build());
		queue.tasks().register(FAILED, FailedMessage.class, (payload, context) -> {
			OrderedChild.say(log, "unwanted", payload.id() + ":" + payload.failure().type() + " 0");
			return null;
		});
		queue.start();
	}

	/** Some have a key whose home is anywhere. */
	private static NewMessage spawned(String name, int number, String last) {
		NewMessage message = NewMessage.to(SPAWNING).payload(name + " " + number + " " + last).maxRetries(1000);
		return switch (ThreadLocalRandom.current().nextInt(4)) {
			case 0 -> message.orderingKey("o" + ThreadLocalRandom.current().nextInt(20));
			case 1 -> message.uniqueKey(name + " " + number);
			case 2 -> message.idempotencyKey(name + " " + number)
				.concurrencyKey("c" + ThreadLocalRandom.current().nextInt(20));
			default -> message;
		};
	}

	private static String next(FileChannel log, String payload) throws IOException {
		OrderedChild.say(log, "start", payload);
		if (ThreadLocalRandom.current().nextInt(10) == 0) {
			OrderedChild.say(log, "failure", payload);
			throw new IllegalStateException("again");
		}
		OrderedChild.say(log, "end", payload);
		String[] words = payload.split(" ");
		return words[0] + " " + (Integer.parseInt(words[1]) + 1);
	}

}
