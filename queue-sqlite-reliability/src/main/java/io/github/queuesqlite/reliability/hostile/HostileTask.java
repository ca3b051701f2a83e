package io.github.queuesqlite.reliability.hostile;

import java.time.Duration;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskHandler;
import org.jspecify.annotations.Nullable;

/**
 * A task that does something it must not, and what may become of its messages.
 *
 * @param definition what it does
 * @param payload of each message; null for none
 * @param messages how many are enqueued
 * @param end the state that each must reach; null when it may complete or die
 * @param reason what the record of a failed one must say; empty when it does not fail
 * @param staysStuck whether its handlers never return: they keep their places until the
 * process ends, and the status must name them
 */
record HostileTask(TaskDefinition<?> definition, @Nullable Object payload, int messages, @Nullable MessageState end,
		String reason, boolean staysStuck) {

	/** How long a run may last that is meant to be too long. */
	static final Duration SHORT = Duration.ofMillis(300);

	static <T> Builder<T> task(String name, Class<T> payloadType, TaskHandler<T> handler) {
		return new Builder<>(name, payloadType, handler);
	}

	static Builder<Void> task(String name, TaskHandler<Void> handler) {
		return new Builder<>(name, Void.class, handler);
	}

	String name() {
		return this.definition.name();
	}

	/** One attempt and plenty of time, unless said otherwise. */
	static final class Builder<T> {

		private final TaskDefinition.Builder<T> definition;

		private @Nullable Object payload;

		private int messages = 1;

		private boolean staysStuck;

		private Builder(String name, Class<T> payloadType, TaskHandler<T> handler) {
			this.definition = TaskDefinition.builder(name, payloadType, handler)
				.retryPolicy(new RetryPolicy(0, Duration.ZERO, 1, Duration.ZERO, 0))
				.timeout(Duration.ofMinutes(5));
		}

		Builder<T> payload(Object payload) {
			this.payload = payload;
			return this;
		}

		Builder<T> messages(int messages) {
			this.messages = messages;
			return this;
		}

		Builder<T> queue(String queue) {
			this.definition.queue(queue);
			return this;
		}

		Builder<T> retries(int retries) {
			this.definition.retryPolicy(new RetryPolicy(retries, Duration.ofMillis(1), 1, Duration.ofMillis(1), 0));
			return this;
		}

		Builder<T> timesOut() {
			this.definition.timeout(SHORT);
			return this;
		}

		Builder<T> staysStuck() {
			this.staysStuck = true;
			return timesOut();
		}

		HostileTask ends() {
			return new HostileTask(this.definition.build(), this.payload, this.messages, null, "", this.staysStuck);
		}

		HostileTask completes() {
			return new HostileTask(this.definition.build(), this.payload, this.messages, MessageState.COMPLETED, "",
					this.staysStuck);
		}

		HostileTask dies(String reason) {
			return new HostileTask(this.definition.build(), this.payload, this.messages, MessageState.DEAD, reason,
					this.staysStuck);
		}

	}

}
