package io.github.queuesqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

import io.github.queuesqlite.task.RetryPolicy;

/**
 * A process that does a message step by step, and says what it does. With an argument it
 * hangs behind the step of that number; it is to be killed then.
 */
public final class StepChild {

	static final int STEPS = 5;

	private StepChild() {
	}

	public static void main(String[] args) throws IOException {
		FileChannel log = FileChannel.open(Path.of(args[1]), StandardOpenOption.APPEND);
		int hangs = (args.length > 2) ? Integer.parseInt(args[2]) : -1;
		EmbeddedQueue queue = EmbeddedQueue.builder(Path.of(args[0]))
			.retry(new RetryPolicy(1000, Duration.ofMillis(1), 1, Duration.ofMillis(1), 0))
			.build();
		queue.tasks().register(QueueTester.TASK, String.class, (payload, context) -> {
			int sum = 0;
			for (int i = 0; i < STEPS; i++) {
				int number = i;
				sum += context.step("step-" + i, () -> {
					say(log, "start", payload + ":" + number);
					return number;
				});
				context.progress((i + 1.0) / STEPS);
				context.log("did " + i);
				if (i == hangs) {
					say(log, "hangs", payload);
					new CountDownLatch(1).await();
				}
			}
			say(log, "end", payload + ":" + sum);
			return sum;
		});
		queue.start();
		WorkChild.say(log, "ready", Long.toString(ProcessHandle.current().pid()));
	}

	private static void say(FileChannel log, String word, String what) {
		try {
			WorkChild.say(log, word, what);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
