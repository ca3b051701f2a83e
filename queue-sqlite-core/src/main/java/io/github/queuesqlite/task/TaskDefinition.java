package io.github.queuesqlite.task;

import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Predicate;

import io.github.queuesqlite.message.Names;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.Priority;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;

/**
 * A task: its stable name, its handler, and what holds for its messages unless their
 * sender says otherwise. Built once, then immutable.
 *
 * @param <T> the payload's type
 * @since 0.1.0
 */
public final class TaskDefinition<T> {

	private final Builder<T> values;

	private TaskDefinition(Builder<T> values) {
		this.values = values;
	}

	/**
	 * Begins a task.
	 * @param name 1 to 200 letters, digits or {@code . _ - :}
	 * @param payloadType what the payload is read as; {@code Void.class} when the handler
	 * does not want it
	 * @param handler does the work
	 * @return a builder
	 * @throws IllegalArgumentException if the name is malformed
	 */
	public static <T> Builder<T> builder(String name, Class<T> payloadType, TaskHandler<T> handler) {
		return new Builder<>(name, payloadType, handler);
	}

	/**
	 * Begins a task with a generic payload.
	 * @param name 1 to 200 letters, digits or {@code . _ - :}
	 * @param payloadType what the payload is read as
	 * @param handler does the work
	 * @return a builder
	 * @throws IllegalArgumentException if the name is malformed
	 */
	public static <T> Builder<T> builder(String name, ParameterizedTypeReference<T> payloadType,
			TaskHandler<T> handler) {
		return new Builder<>(name, payloadType.getType(), handler);
	}

	/**
	 * Begins a task whose handler gets several messages in one call.
	 * @param name 1 to 200 letters, digits or {@code . _ - :}
	 * @param payloadType what one payload is read as; {@code Void.class} when the handler
	 * does not want them
	 * @param handler does the work
	 * @return a builder
	 * @throws IllegalArgumentException if the name is malformed
	 */
	public static <T> Builder<T> batch(String name, Class<T> payloadType, BatchHandler<T> handler) {
		return new Builder<>(name, payloadType, handler);
	}

	/**
	 * Begins a task whose handler gets several messages with generic payloads in one
	 * call.
	 * @param name 1 to 200 letters, digits or {@code . _ - :}
	 * @param payloadType what one payload is read as
	 * @param handler does the work
	 * @return a builder
	 * @throws IllegalArgumentException if the name is malformed
	 */
	public static <T> Builder<T> batch(String name, ParameterizedTypeReference<T> payloadType,
			BatchHandler<T> handler) {
		return new Builder<>(name, payloadType.getType(), handler);
	}

	public String name() {
		return this.values.name;
	}

	public Type payloadType() {
		return this.values.payloadType;
	}

	/**
	 * Returns what does the work of one message.
	 * @return the handler; of a batch handler, one that gives it a batch of one
	 */
	public TaskHandler<T> handler() {
		return this.values.handler;
	}

	/**
	 * Returns what does the work of several messages.
	 * @return null when each message has a call of its own
	 */
	public @Nullable BatchHandler<T> batchHandler() {
		return this.values.batchHandler;
	}

	/**
	 * Returns how many messages one call gets at most.
	 * @return 1 for a handler of single messages
	 */
	public int batchSize() {
		return this.values.batchSize;
	}

	/**
	 * Returns the queue of messages whose sender names none.
	 * @return {@code default} unless set
	 */
	public String queue() {
		return this.values.queue;
	}

	/**
	 * Returns how failures are retried.
	 * @return null for the queue's policy
	 */
	public @Nullable RetryPolicy retryPolicy() {
		return this.values.retryPolicy;
	}

	/**
	 * Returns which failures are retried.
	 * @return true for those that are
	 */
	public Predicate<Throwable> retryable() {
		return this.values.retryable;
	}

	/**
	 * Returns the longest run.
	 * @return null for the worker's timeout
	 */
	public @Nullable Duration timeout() {
		return this.values.timeout;
	}

	/**
	 * Returns the priority of messages whose sender names none.
	 * @return higher runs first
	 */
	public int priority() {
		return this.values.priority;
	}

	/**
	 * Returns the time to live of messages whose sender names none.
	 * @return null for never
	 */
	public @Nullable Duration timeToLive() {
		return this.values.timeToLive;
	}

	/**
	 * Returns what runs the handler.
	 * @return null for the worker's own threads
	 */
	public @Nullable Executor executor() {
		return this.values.executor;
	}

	/**
	 * Returns whether results are stored.
	 * @return true unless set
	 */
	public boolean storeResult() {
		return this.values.storeResult;
	}

	/**
	 * Returns how many handlers of the task may run at once, over all processes of the
	 * directory.
	 * @return null for any number
	 */
	public @Nullable Integer maxConcurrent() {
		return this.values.maxConcurrent;
	}

	/**
	 * Returns how many handlers of the task may run at once for each concurrency key.
	 * @return null for any number
	 */
	public @Nullable Integer maxConcurrentPerKey() {
		return this.values.maxConcurrentPerKey;
	}

	/**
	 * Returns how many handlers of the task may begin in how long, over all processes of
	 * the directory.
	 * @return null for any number
	 */
	public @Nullable RateLimit rateLimit() {
		return this.values.rateLimit;
	}

	/**
	 * Returns how many messages of the task may begin in how long for each concurrency
	 * key, over all processes of the directory.
	 * @return null for any number
	 */
	public @Nullable RateLimit rateLimitPerKey() {
		return this.values.rateLimitPerKey;
	}

	/**
	 * Returns the lock under which its handlers run: one at a time of all tasks that name
	 * it, over all processes of the directory.
	 * @return null for none
	 */
	public @Nullable String lock() {
		return this.values.lock;
	}

	/**
	 * Returns how often the handler may get one message.
	 * @return {@link Delivery#AT_LEAST_ONCE} unless set
	 */
	public Delivery delivery() {
		return this.values.delivery;
	}

	/**
	 * Returns what makes the unique key of messages whose sender sets none.
	 * @return null for no unique key
	 */
	public @Nullable UniqueKey uniqueKey() {
		return this.values.uniqueKey;
	}

	/**
	 * Returns what the application says about the task, for its own use.
	 * @return texts by name, in the order they were given; unmodifiable, empty unless set
	 */
	public Map<String, String> attributes() {
		return this.values.attributes;
	}

	/**
	 * Returns where the handler is written, for messages to people.
	 * @return class and method, or the class of the handler, or that in which it is a
	 * lambda
	 */
	public String origin() {
		return (this.values.origin != null) ? this.values.origin : Names.ofClass(this.values.handlerType);
	}

	@Override
	public String toString() {
		return "TaskDefinition[" + name() + ", " + origin() + "]";
	}

	/**
	 * Collects what a task declares.
	 *
	 * @param <T> the payload's type
	 */
	public static final class Builder<T> {

		/** How many messages one call gets at most, unless set. */
		private static final int BATCH_SIZE = 100;

		private static final int MOST_IN_BATCH = 1000;

		private static final int MOST_ATTRIBUTE = 1000;

		private final String name;

		private final Type payloadType;

		private final TaskHandler<T> handler;

		private final @Nullable BatchHandler<T> batchHandler;

		private final Class<?> handlerType;

		private int batchSize;

		private String queue = "default";

		private @Nullable RetryPolicy retryPolicy;

		private Predicate<Throwable> retryable = (failure) -> true;

		private @Nullable Duration timeout;

		private int priority = Priority.NORMAL.value();

		private @Nullable Duration timeToLive;

		private @Nullable Executor executor;

		private boolean storeResult = true;

		private @Nullable Integer maxConcurrent;

		private @Nullable Integer maxConcurrentPerKey;

		private @Nullable RateLimit rateLimit;

		private @Nullable RateLimit rateLimitPerKey;

		private @Nullable String lock;

		private Delivery delivery = Delivery.AT_LEAST_ONCE;

		private @Nullable UniqueKey uniqueKey;

		private Map<String, String> attributes = Map.of();

		private @Nullable String origin;

		Builder(String name, Type payloadType, TaskHandler<T> handler) {
			this(name, payloadType, handler, null, handler);
			this.batchSize = 1;
		}

		Builder(String name, Type payloadType, BatchHandler<T> handler) {
			this(name, payloadType, (payload, run) -> handler.handle(Collections.singletonList(payload), List.of(run)),
					handler, handler);
			this.batchSize = BATCH_SIZE;
		}

		private Builder(String name, Type payloadType, TaskHandler<T> handler, @Nullable BatchHandler<T> batchHandler,
				Object declared) {
			this.name = Names.check("task", name);
			this.payloadType = Objects.requireNonNull(payloadType, "'payloadType' must not be null");
			this.handlerType = Objects.requireNonNull(declared, "'handler' must not be null").getClass();
			this.handler = handler;
			this.batchHandler = batchHandler;
		}

		private Builder(Builder<T> other) {
			this.name = other.name;
			this.payloadType = other.payloadType;
			this.handler = other.handler;
			this.batchHandler = other.batchHandler;
			this.handlerType = other.handlerType;
			this.batchSize = other.batchSize;
			this.queue = other.queue;
			this.retryPolicy = other.retryPolicy;
			this.retryable = other.retryable;
			this.timeout = other.timeout;
			this.priority = other.priority;
			this.timeToLive = other.timeToLive;
			this.executor = other.executor;
			this.storeResult = other.storeResult;
			this.maxConcurrent = other.maxConcurrent;
			this.maxConcurrentPerKey = other.maxConcurrentPerKey;
			this.rateLimit = other.rateLimit;
			this.rateLimitPerKey = other.rateLimitPerKey;
			this.lock = other.lock;
			this.delivery = other.delivery;
			this.uniqueKey = other.uniqueKey;
			this.attributes = other.attributes;
			this.origin = other.origin;
		}

		public Builder<T> queue(String queue) {
			this.queue = Names.check("queue", queue);
			return this;
		}

		public Builder<T> retryPolicy(@Nullable RetryPolicy retryPolicy) {
			this.retryPolicy = retryPolicy;
			return this;
		}

		public Builder<T> retryable(Predicate<Throwable> retryable) {
			this.retryable = retryable;
			return this;
		}

		public Builder<T> timeout(@Nullable Duration timeout) {
			checkPositive("timeout", timeout);
			this.timeout = timeout;
			return this;
		}

		public Builder<T> priority(int priority) {
			this.priority = priority;
			return this;
		}

		public Builder<T> timeToLive(@Nullable Duration timeToLive) {
			checkPositive("timeToLive", timeToLive);
			this.timeToLive = timeToLive;
			return this;
		}

		public Builder<T> executor(@Nullable Executor executor) {
			this.executor = executor;
			return this;
		}

		public Builder<T> storeResult(boolean storeResult) {
			this.storeResult = storeResult;
			return this;
		}

		/**
		 * Sets how many handlers of the task may run at once, over all processes of the
		 * directory. Counts until a handler has really returned, also one that goes on
		 * after its timeout. Messages that are pulled do not count.
		 * @param maxConcurrent 1 or more; null for any number
		 * @return this
		 */
		public Builder<T> maxConcurrent(@Nullable Integer maxConcurrent) {
			checkLimit("maxConcurrent", maxConcurrent);
			this.maxConcurrent = maxConcurrent;
			return this;
		}

		/**
		 * Sets how many handlers of the task may run at once for each concurrency key,
		 * over all processes of the directory.
		 * @param maxConcurrentPerKey 1 or more; null for any number
		 * @return this
		 */
		public Builder<T> maxConcurrentPerKey(@Nullable Integer maxConcurrentPerKey) {
			checkLimit("maxConcurrentPerKey", maxConcurrentPerKey);
			this.maxConcurrentPerKey = maxConcurrentPerKey;
			return this;
		}

		/**
		 * Sets how many handlers of the task may begin in how long, over all processes of
		 * the directory and over restarts. What is too much waits and spends no attempt;
		 * each attempt counts, also a retry. Messages that are pulled do not count.
		 * @param rateLimit null for any number
		 * @return this
		 */
		public Builder<T> rateLimit(@Nullable RateLimit rateLimit) {
			this.rateLimit = rateLimit;
			return this;
		}

		/**
		 * Sets how many messages of the task may begin in how long for each concurrency
		 * key, over all processes of the directory and over restarts. What is too much
		 * waits and spends no attempt; each attempt counts, also a retry, each message of
		 * a batch, and one that is pulled. Messages without concurrency key do not count.
		 * @param rateLimitPerKey null for any number
		 * @return this
		 */
		public Builder<T> rateLimitPerKey(@Nullable RateLimit rateLimitPerKey) {
			this.rateLimitPerKey = rateLimitPerKey;
			return this;
		}

		/**
		 * Sets the lock under which handlers of the task run: one at a time of all tasks
		 * that name it, over all processes of the directory.
		 * @param lock 1 to 200 letters, digits or {@code . _ - :}; null for none
		 * @return this
		 */
		public Builder<T> lock(@Nullable String lock) {
			this.lock = (lock != null) ? Names.check("lock", lock) : null;
			return this;
		}

		public Builder<T> delivery(Delivery delivery) {
			this.delivery = Objects.requireNonNull(delivery, "'delivery' must not be null");
			return this;
		}

		public Builder<T> uniqueKey(@Nullable UniqueKey uniqueKey) {
			this.uniqueKey = uniqueKey;
			return this;
		}

		/**
		 * Says something about the task, for handlers, interceptors and the endpoint.
		 * Nothing here reads it.
		 * @param attributes texts by name, of at most 1,000 characters each; names are
		 * not empty
		 * @return this builder
		 */
		public Builder<T> attributes(Map<String, String> attributes) {
			attributes.forEach((name, value) -> {
				if (name.isBlank() || name.length() > MOST_ATTRIBUTE || value.length() > MOST_ATTRIBUTE) {
					throw new IllegalArgumentException("'attributes' must have names and texts of at most "
							+ MOST_ATTRIBUTE + " characters, names not empty, was '"
							+ Names.oneLine(Names.beginning(name, 100)) + "'");
				}
			});
			this.attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
			return this;
		}

		/**
		 * Sets how many messages one call of a batch handler gets at most. It gets what
		 * is there: nobody waits for a batch to become full.
		 * @param batchSize 1 to 1000, 100 unless set
		 * @return this
		 * @throws IllegalStateException if the handler is not one of batches
		 */
		public Builder<T> batchSize(int batchSize) {
			if (this.batchHandler == null) {
				throw new IllegalStateException("'batchSize' is for handlers of batches: task '" + this.name
						+ "' has one of single messages. Declare it with TaskDefinition.batch");
			}
			if (batchSize < 1 || batchSize > MOST_IN_BATCH) {
				throw new IllegalArgumentException(
						"'batchSize' must be from 1 to " + MOST_IN_BATCH + ", was " + batchSize);
			}
			this.batchSize = batchSize;
			return this;
		}

		public Builder<T> origin(String origin) {
			this.origin = origin;
			return this;
		}

		/**
		 * Builds the task.
		 * @return the task
		 * @throws IllegalArgumentException if a batch handler is to get messages at most
		 * once: some of them may fail, and none of them would run again
		 */
		public TaskDefinition<T> build() {
			if (this.batchHandler != null && this.delivery == Delivery.AT_MOST_ONCE) {
				throw new IllegalArgumentException("'delivery' must be AT_LEAST_ONCE for a handler of batches, was "
						+ this.delivery + ": the messages of a batch end one by one, after the call");
			}
			return new TaskDefinition<>(new Builder<>(this));
		}

		private static void checkLimit(String what, @Nullable Integer limit) {
			if (limit != null && limit < 1) {
				throw new IllegalArgumentException("'" + what + "' must be at least 1, was " + limit);
			}
		}

		private static void checkPositive(String what, @Nullable Duration value) {
			if (value != null
					&& (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(NewMessage.MAX_AHEAD) > 0)) {
				throw new IllegalArgumentException(
						"'" + what + "' must be from 1 ms to " + NewMessage.MAX_AHEAD.toDays() + " days, was " + value);
			}
		}

	}

}
