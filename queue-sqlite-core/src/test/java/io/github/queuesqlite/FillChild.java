package io.github.queuesqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.QueueFullException;

/**
 * A process that fills a queue. It says what was stored, a line each, and when it is
 * done.
 */
public final class FillChild {

	private FillChild() {
	}

	public static void main(String[] args) throws IOException {
		FileChannel log = FileChannel.open(Path.of(args[1]), StandardOpenOption.APPEND);
		try (EmbeddedQueue queue = EmbeddedQueue.builder(Path.of(args[0]))
			.maxLength(Integer.parseInt(args[2]))
			.onFull(OnFull.valueOf(args[3]))
			.blockTimeout(Duration.ofMinutes(5))
			.build()) {
			for (int i = 0; i < Integer.parseInt(args[4]); i++) {
				try {
					queue.operations().enqueue(NewMessage.to(QueueTester.TASK).payload("m" + i));
					WorkChild.say(log, "stored", "m" + i);
				}
				catch (QueueFullException ex) {
					// As expected: somebody else was quicker.
				}
			}
		}
		WorkChild.say(log, "filled", "all");
	}

}
