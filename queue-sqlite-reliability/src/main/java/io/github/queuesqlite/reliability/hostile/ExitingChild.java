package io.github.queuesqlite.reliability.hostile;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskDefinition;

/**
 * One of the processes of a directory with a message whose handler ends its process. Each
 * enqueues the same, by key. Ends with {@link #EXITED}, or says {@code broken} and what
 * it found and {@code closed} once everything has ended.
 */
final class ExitingChild {

	static final int EXITED = 7;

	/** The message must have cost so many processes. */
	static final int ATTEMPTS = 2;

	/** The second when whoever took it back did not know the task yet. */
	private static final Set<String> REASONS = Set.of("ProcessDied", "AttemptsExhausted");

	private static final int CALM = 40;

	private static final String EXIT = "exit";

	/** The shutdown hook closes the queue meanwhile. */
	private static volatile boolean exiting;

	private ExitingChild() {
	}

	/**
	 * Works until everything has ended.
	 * @param args directory, whether a shutdown hook closes the queue
	 */
	public static void main(String[] args) throws Exception {
		HostileChild.endWithMain();
		EmbeddedQueue queue = EmbeddedQueue.builder(Path.of(args[0])).shards(2).build();
		if (Boolean.parseBoolean(args[1])) {
			Runtime.getRuntime().addShutdownHook(new Thread(queue::close));
		}
		CalmWork.register(queue);
		queue.tasks()
			.register(TaskDefinition.builder(EXIT, Void.class, (nothing, context) -> exit())
				.retryPolicy(new RetryPolicy(ATTEMPTS - 1, Duration.ZERO, 1, Duration.ZERO, 0))
				.build());
		List<MessageId> calm = new ArrayList<>();
		for (int i = 0; i < CALM; i++) {
			calm.add(queue.operations().enqueue(NewMessage.to(CalmWork.TASK).payload(i).idempotencyKey("calm-" + i)));
		}
		MessageId exit = queue.operations().enqueue(NewMessage.to(EXIT).idempotencyKey(EXIT));
		queue.start();
		try {
			check(queue, calm, exit);
			queue.close();
		}
		catch (QueueException ex) {
			if (exiting) {
				new CountDownLatch(1).await();
			}
			throw ex;
		}
		HostileChild.say("closed");
	}

	private static Object exit() {
		exiting = true;
		System.exit(EXITED);
		return "never";
	}

	private static void check(EmbeddedQueue queue, List<MessageId> calm, MessageId exit) throws InterruptedException {
		long until = System.nanoTime() + HostileChild.PATIENCE.toNanos();
		Message exited = CalmWork.awaitEnd(queue, exit, until);
		Failure failure = (exited != null) ? exited.lastError() : null;
		if (exited == null || exited.state() != MessageState.DEAD || failure == null
				|| !REASONS.contains(failure.type())) {
			HostileChild.say("broken exit: the message must be DEAD by one of " + REASONS + ", is " + ((exited != null)
					? exited.state() + " after attempt " + exited.attempt() + ": " + failure : "gone"));
		}
		for (int i = 0; i < calm.size(); i++) {
			Message message = CalmWork.awaitEnd(queue, calm.get(i), until);
			if (message == null || message.state() != MessageState.COMPLETED
					|| !Objects.equals(message.result(Integer.class), 2 * i)) {
				HostileChild.say("broken exit: calm message " + i + " must be COMPLETED, is "
						+ ((message != null) ? message.state() + ", " + message.lastError() : "gone"));
			}
		}
	}

}
