package io.github.queuesqlite;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.task.PermanentTaskException;
import io.github.queuesqlite.task.RetryPolicy;

/** A process that says what it is told of messages, one event a line. */
public final class EventChild {

	static final String TASK = "work";

	static final String STAND = "stand";

	private EventChild() {
	}

	public static void main(String[] args) throws Exception {
		EmbeddedQueue queue = EmbeddedQueue.builder(Path.of(args[0]))
			.shards(2)
			.retry(new RetryPolicy(2, Duration.ZERO, 1, Duration.ZERO, 0))
			.eventListener((event) -> say(event.getClass().getSimpleName() + " " + event.id()))
			.build();
		queue.tasks().register(TASK, Integer.class, (number, context) -> {
			if (number % 7 == 0) {
				throw new PermanentTaskException("one in seven");
			}
			if (number % 3 == 0) {
				throw new IllegalStateException("one in three");
			}
			return number;
		});
		queue.tasks().register(STAND, Integer.class, (number, context) -> {
			say("stands " + context.id());
			new CountDownLatch(1).await();
			return null;
		});
		queue.start();
		if (args[1].equals("enqueue")) {
			for (int i = 1;; i++) {
				queue.operations().enqueueAsync(NewMessage.to(TASK).payload(i).idempotencyKey("key-" + i));
				if (i % 50 == 0) {
					queue.operations().drain(Duration.ofMinutes(1));
				}
			}
		}
		new CountDownLatch(1).await();
	}

	private static synchronized void say(String text) {
		System.out.println(text + ".");
	}

}
