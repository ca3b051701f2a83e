package io.github.queuesqlite.observation;

import java.util.Objects;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.task.TaskContext;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.ReceiverContext;
import org.jspecify.annotations.Nullable;

/**
 * What is known while a handler runs. The carrier is the message, whose headers hold the
 * sender's trace.
 *
 * @since 0.1.0
 */
public final class QueueTaskContext extends ReceiverContext<Message> {

	private final TaskContext run;

	private @Nullable String outcome;

	/**
	 * Creates a context.
	 * @param run the run
	 */
	public QueueTaskContext(TaskContext run) {
		super((message, key) -> message.headers().get(key), Kind.CONSUMER);
		this.run = Objects.requireNonNull(run, "'run' must not be null");
		setCarrier(run.message());
		setRemoteServiceName("queue");
	}

	/**
	 * Returns the run.
	 * @return its context
	 */
	public TaskContext getRun() {
		return this.run;
	}

	/**
	 * Returns what the handler did.
	 * @return null while it runs
	 */
	public @Nullable String getOutcome() {
		return this.outcome;
	}

	void setOutcome(String outcome) {
		this.outcome = outcome;
	}

}
