package io.github.queuesqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

import io.github.queuesqlite.message.LeaseLostException;
import io.github.queuesqlite.task.TaskContext;

/**
 * A process whose handler stands, deaf, until a file is there, and then says how far it
 * is, notes something, and does a step, although its run may be somebody else's by then.
 * It closes its queue and ends when the handler has.
 */
public final class LateChild {

	static final String NOTE = "too late";

	private LateChild() {
	}

	/** The directory, the log, the lease in milliseconds, the file. */
	public static void main(String[] args) throws Exception {
		FileChannel log = FileChannel.open(Path.of(args[1]), StandardOpenOption.APPEND);
		Path go = Path.of(args[3]);
		CountDownLatch done = new CountDownLatch(1);
		try (EmbeddedQueue queue = EmbeddedQueue.builder(Path.of(args[0]))
			.leaseDuration(Duration.ofMillis(Long.parseLong(args[2])))
			.build()) {
			queue.tasks().register(QueueTester.TASK, String.class, (payload, context) -> {
				WorkChild.say(log, "stands", payload);
				while (!Files.exists(go)) {
					// Also when it is interrupted.
					LockSupport.parkNanos(1_000_000);
				}
				speak(log, context);
				done.countDown();
				return "late";
			});
			queue.start();
			done.await();
		}
	}

	private static void speak(FileChannel log, TaskContext context) throws IOException {
		context.log(NOTE);
		context.progress(0.9, NOTE);
		try {
			context.step(NOTE, () -> 1);
			WorkChild.say(log, "stored", "a step");
		}
		catch (LeaseLostException ex) {
			WorkChild.say(log, "lost", "a step");
		}
	}

}
