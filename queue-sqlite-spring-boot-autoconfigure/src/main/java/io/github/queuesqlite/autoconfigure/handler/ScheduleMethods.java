package io.github.queuesqlite.autoconfigure.handler;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Map;

import io.github.queuesqlite.annotation.QueueSchedule;
import io.github.queuesqlite.annotation.QueueTask;
import io.github.queuesqlite.schedule.Schedule;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;

/** Makes schedules of methods annotated with {@link QueueSchedule @QueueSchedule}. */
final class ScheduleMethods {

	/** As for Spring's {@code @Scheduled}. */
	private static final String DISABLED = "-";

	private final AnnotationValues values;

	private final TaskArguments arguments;

	ScheduleMethods(ConfigurableBeanFactory beanFactory, TaskArguments arguments) {
		this.values = new AnnotationValues(beanFactory);
		this.arguments = arguments;
	}

	/** Returns what a method says of its task; null when it is a handler of its own. */
	static @Nullable QueueTask task(BeanMethod method) {
		return AnnotatedElementUtils.findMergedAnnotation(method.method(), QueueTask.class);
	}

	/** Returns what a method that stands alone would say of its task. */
	QueueTask defaultTask(BeanMethod method, QueueSchedule annotation) {
		try {
			return AnnotationUtils.synthesizeAnnotation(Map.of("name", name(method, annotation)), QueueTask.class,
					method.method());
		}
		catch (IllegalArgumentException ex) {
			throw method.refused(ex);
		}
	}

	/** Returns the schedule of a method; null when it is switched off. */
	@Nullable Schedule define(BeanMethod method, QueueSchedule annotation) {
		try {
			return build(method, annotation);
		}
		catch (IllegalArgumentException ex) {
			throw method.refused(ex);
		}
	}

	private @Nullable Schedule build(BeanMethod method, QueueSchedule annotation) {
		QueueTask task = task(method);
		checkPayload(method, task);
		String name = name(method, annotation);
		String taskName = (task != null) ? this.values.text("name", task.name()) : name;
		String cron = this.values.text("cron", annotation.cron());
		String every = this.values.text("every", annotation.every());
		if (cron.isEmpty() == every.isEmpty()) {
			throw method.refused(cron.isEmpty() ? "has neither 'cron' nor 'every'" : "has both 'cron' and 'every'",
					"Say when: @QueueSchedule(cron = \"0 30 2 * * *\") or @QueueSchedule(every = \"15m\").");
		}
		if (cron.equals(DISABLED) || every.equals(DISABLED)) {
			return null;
		}
		Schedule schedule = Schedule.of(name, taskName)
			.misfire(annotation.misfire())
			.misfireLimit(annotation.misfireLimit())
			.overlap(annotation.overlap());
		return withTimes(schedule, cron, annotation);
	}

	private Schedule withTimes(Schedule schedule, String cron, QueueSchedule annotation) {
		String zone = this.values.text("zone", annotation.zone());
		Schedule zoned = zone.isEmpty() ? schedule : schedule.zone(zone(zone));
		Duration every = this.values.duration("every", annotation.every());
		return (every != null) ? zoned.every(every) : zoned.cron(cron);
	}

	private static ZoneId zone(String zone) {
		try {
			return ZoneId.of(zone);
		}
		catch (DateTimeException ex) {
			throw new IllegalArgumentException("'zone' must be a time zone such as Europe/Berlin, was '" + zone + "'",
					ex);
		}
	}

	private String name(BeanMethod method, QueueSchedule annotation) {
		String name = this.values.text("name", annotation.name());
		if (!name.isEmpty()) {
			return name;
		}
		QueueTask task = task(method);
		return (task != null) ? this.values.text("name", task.name())
				: method.beanName() + "." + method.method().getName();
	}

	private void checkPayload(BeanMethod method, @Nullable QueueTask task) {
		if (task != null && task.batchSize() != -1) {
			throw method.refused("handles batches, but a schedule gives one message at a time",
					"Remove 'batchSize', or enqueue the messages in a scheduled method of its own.");
		}
		if (this.arguments.needsPayload(method)) {
			throw method.refused("takes a payload, but the messages of @QueueSchedule have none",
					"Make the parameter @Nullable, or declare a bean of type Schedule whose message has a payload.");
		}
	}

}
