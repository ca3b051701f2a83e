package io.github.queuesqlite.reliability.hostile;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskDefinition;
import org.jspecify.annotations.Nullable;

/**
 * Messages that do nothing wrong, in the lane of the hostile ones and in another, and
 * must all be completed with the right result.
 * <p>
 * <b>Threads:</b> one enqueues and checks; the handlers run on any.
 */
final class CalmWork {

	static final String TASK = "calm";

	private static final String OTHER_TASK = "calm.other";

	private static final int RETRIES = 100;

	private final EmbeddedQueue queue;

	/** What was accepted and not yet seen to be completed. */
	private final Map<MessageId, Integer> accepted = new ConcurrentHashMap<>();

	private int next;

	CalmWork(EmbeddedQueue queue) {
		this.queue = queue;
	}

	/** Lets the queue handle them. */
	static void register(EmbeddedQueue queue) {
		queue.tasks().register(definition(TASK, "default"));
		queue.tasks().register(definition(OTHER_TASK, "other"));
	}

	private static TaskDefinition<Integer> definition(String name, String queue) {
		RetryPolicy retry = new RetryPolicy(RETRIES, Duration.ofMillis(20), 1, Duration.ofMillis(20), 0);
		return TaskDefinition.builder(name, Integer.class, (number, context) -> 2 * number)
			.queue(queue)
			.retryPolicy(retry)
			.build();
	}

	void enqueue(int count) {
		for (int i = 0; i < count; i++) {
			int number = this.next++;
			MessageId id = this.queue.operations()
				.enqueue(NewMessage.to((number % 3 == 0) ? OTHER_TASK : TASK).payload(number));
			this.accepted.put(id, number);
		}
	}

	/**
	 * Waits for the completion of all.
	 * @param patience how long at most
	 * @return what is wrong; empty when nothing is
	 */
	List<String> await(Duration patience) throws InterruptedException {
		return await(this.queue, patience);
	}

	/** As above, in the queue that came after the one they were handed to. */
	List<String> await(EmbeddedQueue queue, Duration patience) throws InterruptedException {
		long until = System.nanoTime() + patience.toNanos();
		List<String> wrong = new ArrayList<>();
		for (Map.Entry<MessageId, Integer> entry : this.accepted.entrySet()) {
			Message message = awaitEnd(queue, entry.getKey(), until);
			if (message == null) {
				wrong.add("accepted message " + entry.getKey() + " is gone");
			}
			else if (message.state() != MessageState.COMPLETED) {
				wrong.add("message " + entry.getKey() + " of task '" + message.task() + "' must be COMPLETED, is "
						+ message.state() + " after attempt " + message.attempt());
			}
			else if (!Objects.equals(message.result(Integer.class), 2 * entry.getValue())) {
				wrong.add("message " + entry.getKey() + " must have the result " + 2 * entry.getValue() + ", has "
						+ message.result(Integer.class));
			}
		}
		this.accepted.clear();
		return wrong;
	}

	/**
	 * Waits for the end of a message; returns it as it is then, or when time is up; null
	 * when it is gone.
	 */
	static @Nullable Message awaitEnd(EmbeddedQueue queue, MessageId id, long until) throws InterruptedException {
		while (true) {
			Message message = queue.operations().find(id).orElse(null);
			if (message == null || message.state().isEnded() || System.nanoTime() - until > 0) {
				return message;
			}
			Thread.sleep(5);
		}
	}

}
