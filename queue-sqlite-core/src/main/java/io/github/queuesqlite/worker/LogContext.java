package io.github.queuesqlite.worker;

import io.github.queuesqlite.message.MessageId;
import org.slf4j.MDC;

/** What the log lines of a handler bear, on its thread. */
final class LogContext {

	private static final String QUEUE = "queue.name";

	private static final String TASK = "queue.task";

	private static final String MESSAGE = "queue.message";

	private static final String ATTEMPT = "queue.attempt";

	private static final String MESSAGES = "queue.messages";

	private LogContext() {
	}

	/** Of one message. */
	static void put(String queue, String task, MessageId id, int attempt) {
		MDC.put(QUEUE, queue);
		MDC.put(TASK, task);
		MDC.put(MESSAGE, id.toString());
		MDC.put(ATTEMPT, Integer.toString(attempt));
	}

	/** Of a batch of so many messages. */
	static void put(String queue, String task, int messages) {
		MDC.put(QUEUE, queue);
		MDC.put(TASK, task);
		MDC.put(MESSAGES, Integer.toString(messages));
	}

	/** Of either. */
	static void clear() {
		MDC.remove(QUEUE);
		MDC.remove(TASK);
		MDC.remove(MESSAGE);
		MDC.remove(ATTEMPT);
		MDC.remove(MESSAGES);
	}

}
