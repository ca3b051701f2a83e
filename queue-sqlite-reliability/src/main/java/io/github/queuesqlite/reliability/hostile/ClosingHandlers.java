package io.github.queuesqlite.reliability.hostile;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.reliability.Outcome;

/** Handlers that stop or close the queue that runs them, beside calm work. */
final class ClosingHandlers {

	/** Nobody waits so long for a handler that waits itself. */
	private static final Duration DRAIN = Duration.ofMinutes(10);

	private static final int CALM = 50;

	private final Path directory;

	private final Outcome outcome;

	private final CountDownLatch returned = new CountDownLatch(1);

	private final AtomicBoolean first = new AtomicBoolean(true);

	private ClosingHandlers(Path directory, Outcome outcome) {
		this.directory = directory;
		this.outcome = outcome;
	}

	static void run(Path directory, boolean close, Outcome outcome) throws InterruptedException {
		new ClosingHandlers(directory, outcome).run(close);
		outcome.count("hostile tasks", 1);
	}

	private void run(boolean close) throws InterruptedException {
		MessageId ender;
		CalmWork calm;
		try (EmbeddedQueue queue = open(close)) {
			queue.start();
			calm = new CalmWork(queue);
			calm.enqueue(CALM);
			ender = queue.operations().enqueue(NewMessage.to("ender"));
			if (!this.returned.await(HostileChild.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
				this.outcome.violation("A handler that ends the queue waits for itself");
			}
		}
		try (EmbeddedQueue queue = open(close)) {
			queue.start();
			calm.await(queue, HostileChild.PATIENCE).forEach(this.outcome::violation);
			Message message = CalmWork.awaitEnd(queue, ender, System.nanoTime() + HostileChild.PATIENCE.toNanos());
			if (message == null || message.state() != MessageState.COMPLETED) {
				this.outcome.violation("The message whose handler ended the queue must be COMPLETED later, is "
						+ ((message != null) ? message.state() + ", " + message.lastError() : "gone"));
			}
		}
	}

	private EmbeddedQueue open(boolean close) {
		EmbeddedQueue queue = EmbeddedQueue.builder(this.directory).drainTimeout(DRAIN).build();
		CalmWork.register(queue);
		queue.tasks().register("ender", Void.class, (nothing, context) -> {
			if (this.first.compareAndSet(true, false)) {
				if (close) {
					queue.close();
				}
				else {
					queue.stop();
				}
				this.returned.countDown();
			}
			return null;
		});
		return queue;
	}

}
