package io.github.queuesqlite.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import io.github.queuesqlite.message.Priority;
import io.github.queuesqlite.task.Delivery;
import org.springframework.aot.hint.annotation.Reflective;
import org.springframework.core.annotation.AliasFor;

/**
 * Makes a method of a bean the handler of a task. <pre>{@code
 * &#64;QueueTask("mail.welcome")
 * void welcome(Welcome payload) { … }
 * }</pre>
 * <p>
 * The method may take, in any order: the payload (any type that the codec can read),
 * {@link io.github.queuesqlite.message.Message},
 * {@link io.github.queuesqlite.task.TaskContext}, and parameters annotated with Spring
 * Messaging's {@code @Payload}, {@code @Header} and {@code @Headers}. What it returns is
 * stored as the result. A {@link java.util.concurrent.CompletionStage} is waited for; so
 * is, with Reactor on the class path, a {@code Mono} or another reactive type of one
 * value, whose subscription is cancelled when the run is cancelled or its time is over.
 * <p>
 * It runs at least once for each message: make it idempotent. What it throws decides:
 * anything, retry; {@link io.github.queuesqlite.task.PermanentTaskException}, DEAD;
 * {@link io.github.queuesqlite.task.RetryTaskException}, again at the time it names.
 * <p>
 * String attributes resolve <code>${…}</code> and <code>#{…}</code>. {@code -1} and the
 * empty string stand for the property's value.
 *
 * @since 0.1.0
 */
@Target({ ElementType.METHOD, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Reflective
public @interface QueueTask {

	/**
	 * Name of the task: 1 to 200 letters, digits or {@code . _ - :}. It is stored with
	 * each message, so do not change it while messages wait.
	 */
	@AliasFor("name")
	String value() default "";

	/** Same as {@link #value()}. */
	@AliasFor("value")
	String name() default "";

	/** Queue of messages whose sender names none. */
	String queue() default "default";

	/** Retries after the first run, 0 or more. */
	int maxRetries() default -1;

	/** Waiting time before a retry. */
	Backoff backoff() default @Backoff;

	/** Failures that are retried; all when empty. Subclasses count. */
	Class<? extends Throwable>[] retryFor() default {};

	/** Failures that are not retried; wins over {@link #retryFor()}. */
	Class<? extends Throwable>[] noRetryFor() default {};

	/** Longest run, {@code 10s} or {@code PT10S}; its thread is interrupted then. */
	String timeout() default "";

	/** Priority of messages whose sender names none. */
	Priority priority() default Priority.NORMAL;

	/** Time to live of messages whose sender names none; never by default. */
	String timeToLive() default "";

	/**
	 * Most handlers of the task at once, over all processes of the directory: 1 or more;
	 * any number by default. Counts until a handler has really returned.
	 */
	int maxConcurrent() default -1;

	/**
	 * Most handlers of the task at once for each concurrency key, over all processes of
	 * the directory: 1 or more; any number by default.
	 */
	int maxConcurrentPerKey() default -1;

	/**
	 * How many handlers of the task may begin in how long, over all processes of the
	 * directory and over restarts: a number, a slash and a time in {@code ms}, {@code s},
	 * {@code m}, {@code h} or {@code d}, such as {@code 100/1m}. They begin evenly. What
	 * is too much waits and spends no attempt; each attempt counts, also a retry. Any
	 * number by default.
	 */
	String rateLimit() default "";

	/**
	 * How many messages of the task may begin in how long for each concurrency key, as
	 * above: {@code 10/1m} for at most ten a minute of each customer. Messages without
	 * concurrency key do not count. Any number by default.
	 */
	String rateLimitPerKey() default "";

	/**
	 * Lock under which the handler runs: one at a time of all tasks that name it, over
	 * all processes of the directory. 1 to 200 letters, digits or {@code . _ - :}; none
	 * by default.
	 */
	String lock() default "";

	/**
	 * What makes the unique key of messages whose sender sets none, so that equal ones
	 * are not stored while one of them is live: {@code payload} for a hash of the whole
	 * body, or a SpEL expression over the payload, such as {@code orderId} or
	 * {@code customer.id + '/' + #this.items.size()}. Holds where this task is declared;
	 * none by default.
	 */
	String unique() default "";

	/**
	 * Most messages that one call of the method gets, 1 to 1000; by default it gets one
	 * message, not in a list. With it the method takes lists: {@code List<T>} of the
	 * payloads, {@code List<TaskContext>}, {@code List<Message>}, all in the same order;
	 * and returns nothing, or a {@code List} with a result for each. It gets what is
	 * there: nobody waits for a batch to become full. Each message ends by itself, see
	 * {@link io.github.queuesqlite.task.BatchFailedException}.
	 */
	int batchSize() default -1;

	/** How often the method may get one message. */
	Delivery delivery() default Delivery.AT_LEAST_ONCE;

	/** Bean name of the {@link java.util.concurrent.Executor} that runs the handler. */
	String executor() default "";

	/** Whether what the method returns is stored. */
	boolean storeResult() default true;

	/**
	 * What the application says about the task, {@code "team=billing"}, for its handlers
	 * ({@link io.github.queuesqlite.task.TaskContext#attributes()}), interceptors and the
	 * endpoint.
	 */
	String[] attributes() default {};

}
