package io.github.queuesqlite.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import io.github.queuesqlite.schedule.Misfire;
import io.github.queuesqlite.schedule.Overlap;
import org.springframework.aot.hint.annotation.Reflective;

/**
 * Enqueues a message for a method of a bean by the clock: one for each time, whatever the
 * number of processes. <pre>{@code
 * &#64;QueueSchedule(cron = "0 30 2 * * *", zone = "Europe/Berlin")
 * void report(TaskContext context) {
 * }
 * }</pre>
 * <p>
 * Stands beside {@link QueueTask}, which says how the messages are handled, or alone:
 * then the method handles a task of the schedule's name with all defaults. The messages
 * have no payload; the method may take a {@link io.github.queuesqlite.task.TaskContext},
 * whose {@link io.github.queuesqlite.task.TaskContext#slot() slot()} is the time.
 * <p>
 * All text attributes resolve <code>${…}</code> and <code>#{…}</code>. For schedules with
 * a payload, a start or an end declare a bean of type
 * {@link io.github.queuesqlite.schedule.Schedule}.
 *
 * @since 0.1.0
 */
@Target({ ElementType.METHOD, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Reflective
public @interface QueueSchedule {

	/**
	 * Name of the schedule. The name of the task by default; alone,
	 * {@code beanName.methodName}.
	 */
	String name() default "";

	/**
	 * When it fires: six fields, seconds first, as Spring's {@code CronExpression} reads
	 * them, or a macro such as {@code @daily}. {@code -} for not at all.
	 */
	String cron() default "";

	/**
	 * Interval in which it fires, such as {@code 15m}, 10 ms or longer; instead of
	 * {@link #cron()}. {@code -} for not at all.
	 */
	String every() default "";

	/**
	 * Zone in which {@link #cron()} counts, such as {@code Europe/Berlin}; that of the
	 * machine by default.
	 */
	String zone() default "";

	/** What becomes of times at which nobody ran. */
	Misfire misfire() default Misfire.FIRE_ONCE;

	/** How many missed times {@link Misfire#FIRE_ALL} brings back at most, 1 to 1,000. */
	int misfireLimit() default 100;

	/** What becomes of a time while the message of an earlier one has not ended. */
	Overlap overlap() default Overlap.SKIP;

}
