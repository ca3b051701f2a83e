package io.github.queuesqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

import io.github.queuesqlite.message.QueueOrder;

/**
 * A process that pulls messages one by one, in an order of its own, until there are none.
 * Several write into one log: a line for each message that it received.
 */
public final class PullChild {

	static final String LIFO = "lifo";

	static final String AGEING = "ageing";

	static final Duration AFTER = Duration.ofMillis(100);

	/** A file beside the log: until it is there nobody begins. */
	static final String GO = "go";

	/** As above: until it is there nobody receives a second message. */
	static final String GO_ON = "go-on";

	private PullChild() {
	}

	public static void main(String[] args) throws IOException {
		FileChannel log = FileChannel.open(Path.of(args[1]), StandardOpenOption.APPEND);
		EmbeddedQueue.Builder builder = EmbeddedQueue.builder(Path.of(args[0])).probation(Duration.ofMillis(200));
		builder = args[2].equals(LIFO) ? builder.order("default", QueueOrder.LIFO) : builder.ageing("default", AFTER);
		try (EmbeddedQueue queue = builder.build()) {
			QueueOperations operations = queue.operations();
			WorkChild.say(log, "ready", "as " + ProcessHandle.current().pid());
			awaitFile(args, GO);
			while (operations.length() > 0) {
				for (ClaimedMessage message : operations.receive("default", 1, Duration.ofSeconds(5))) {
					WorkChild.say(log, "start", message.payload(String.class) + " " + ProcessHandle.current().pid());
					message.complete();
					awaitFile(args, GO_ON);
				}
			}
		}
	}

	private static void awaitFile(String[] args, String name) {
		Path file = Path.of(args[1]).resolveSibling(name);
		while (Files.notExists(file)) {
			LockSupport.parkNanos(1_000_000);
		}
	}

}
