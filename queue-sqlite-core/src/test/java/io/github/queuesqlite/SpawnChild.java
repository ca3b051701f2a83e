package io.github.queuesqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;

import io.github.queuesqlite.message.NewMessage;

/**
 * A process whose handler enqueues a message with its end, and then never ends.
 */
public final class SpawnChild {

	static final String TASK = "spawn";

	private SpawnChild() {
	}

	public static void main(String[] args) throws IOException {
		FileChannel log = FileChannel.open(Path.of(args[1]), StandardOpenOption.APPEND);
		EmbeddedQueue queue = EmbeddedQueue.builder(Path.of(args[0])).build();
		queue.tasks().register(TASK, String.class, (payload, context) -> {
			context.enqueue(NewMessage.to("next").payload(payload));
			WorkChild.say(log, "start", payload);
			new CountDownLatch(1).await();
			return null;
		});
		queue.start();
	}

}
