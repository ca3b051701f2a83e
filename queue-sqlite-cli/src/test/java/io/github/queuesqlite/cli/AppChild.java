package io.github.queuesqlite.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

import io.github.queuesqlite.EmbeddedQueue;

/** An application that uses the directory until it is killed. */
public final class AppChild {

	private AppChild() {
	}

	public static void main(String[] args) throws Exception {
		EmbeddedQueue queue = EmbeddedQueue.builder(Path.of(args[0])).shards(2).build();
		queue.tasks().register("work", String.class, (payload, context) -> payload + " done");
		queue.tasks().register("hang", String.class, (payload, context) -> {
			new CountDownLatch(1).await();
			return null;
		});
		queue.start();
		Files.createFile(Path.of(args[1]));
		Thread.currentThread().join();
	}

}
