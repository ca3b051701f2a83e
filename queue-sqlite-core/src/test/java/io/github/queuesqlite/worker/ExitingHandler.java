package io.github.queuesqlite.worker;

import java.nio.file.Path;
import java.time.Duration;

/**
 * A process whose handler calls {@code System.exit}; its shutdown hook stops the workers.
 */
public final class ExitingHandler {

	private ExitingHandler() {
	}

	public static void main(String[] args) {
		TestQueue queue = TestQueue.open(Path.of(args[0]), (settings) -> settings.drainTimeout(Duration.ofMinutes(1)))
			.start();
		Runtime.getRuntime().addShutdownHook(new Thread(() -> {
			long start = System.nanoTime();
			queue.close();
			long millis = (System.nanoTime() - start) / 1_000_000;
			System.out.println((millis < 30_000) ? "stopped within " + millis : "stopped late " + millis);
		}));
		queue.tasks.register("exit", Void.class, (nothing, context) -> {
			System.exit(7);
			return null;
		});
		queue.enqueue("exit", null);
	}

}
