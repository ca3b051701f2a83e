package io.github.queuesqlite;

import java.nio.file.Path;
import java.time.Duration;

import io.github.queuesqlite.message.NewMessage;

/**
 * A process that works off a queue in which some messages kill it. It says which runs
 * start, and exits with 0 when nothing is left to do.
 */
public final class PoisonChild {

	static final String TASK = "photo";

	static final int KILLED = 42;

	private PoisonChild() {
	}

	public static void main(String[] args) {
		int handlerMillis = Integer.parseInt(args[1]);
		EmbeddedQueue queue = EmbeddedQueue.builder(Path.of(args[0]))
			.concurrency(8)
			.drainTimeout(Duration.ofSeconds(5))
			.build();
		queue.tasks().register(TASK, String.class, (payload, context) -> {
			System.out.println("started " + context.id() + " by epoch " + context.fencingToken().epoch() + ".");
			if (payload.equals("poison")) {
				Runtime.getRuntime().halt(KILLED);
			}
			if (payload.equals("exit")) {
				System.exit(KILLED);
			}
			Thread.sleep(handlerMillis);
			return null;
		});
		Runtime.getRuntime().addShutdownHook(new Thread(queue::close));
		queue.start();
		if (queue.operations().drain(Duration.ofMinutes(2))) {
			System.out.println("drained.");
		}
		System.exit(0);
	}

	static NewMessage message(String payload) {
		return NewMessage.to(TASK).payload(payload);
	}

}
