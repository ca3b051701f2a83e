package io.github.queuesqlite.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** The counters of one schedule, from the start with 0. */
final class ScheduleMeters {

	final Counter fired;

	final Counter skipped;

	final Counter missed;

	ScheduleMeters(MeterRegistry registry, String schedule) {
		this.fired = counter(registry, "fired", "Messages that slots of the schedule gave", schedule);
		this.skipped = counter(registry, "skipped", "Slots left out since a message had not ended", schedule);
		this.missed = counter(registry, "missed", "Slots without a message of their own, since nobody ran", schedule);
	}

	private static Counter counter(MeterRegistry registry, String what, String description, String schedule) {
		return Counter.builder("queue.schedule." + what)
			.description(description)
			.tag("schedule", schedule)
			.register(registry);
	}

}
