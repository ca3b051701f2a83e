package io.github.queuesqlite.metrics;

import java.util.EnumMap;
import java.util.Map;

import io.github.queuesqlite.event.RunOutcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;

/** The counters and timers of one task in one queue, from the start with 0. */
final class TaskMeters {

	final Counter enqueued;

	final Counter retries;

	final Counter dead;

	final Counter expired;

	final Counter dropped;

	final Counter leaseLost;

	final Timer wait;

	private final Map<RunOutcome, Timer> durations = new EnumMap<>(RunOutcome.class);

	TaskMeters(MeterRegistry registry, String queue, String task) {
		Tags tags = Tags.of("queue", queue, "task", task);
		this.enqueued = counter(registry, "queue.enqueued", "Messages that this process stored", tags);
		this.retries = counter(registry, "queue.retries", "Runs that failed and will be tried again", tags);
		this.dead = counter(registry, "queue.dead", "Messages that failed for good", tags);
		this.expired = counter(registry, "queue.expired", "Messages whose time to live ended before they ran", tags);
		this.dropped = counter(registry, "queue.dropped", "Messages cancelled to make room in a full queue", tags);
		this.leaseLost = counter(registry, "queue.lease.lost", "Runs whose end did not count: no longer ours", tags);
		this.wait = Timer.builder("queue.task.wait")
			.description("Time from when a message was due to the start of its handler")
			.tags(tags)
			.register(registry);
		for (RunOutcome outcome : RunOutcome.values()) {
			this.durations.put(outcome,
					Timer.builder("queue.task.duration")
						.description("How long handlers ran")
						.tags(tags)
						.tag("outcome", outcome.name())
						.register(registry));
		}
	}

	/**
	 * Returns the timer of runs that ended so.
	 * @param outcome how they ended
	 * @return the timer
	 */
	Timer duration(RunOutcome outcome) {
		Timer timer = this.durations.get(outcome);
		if (timer == null) {
			throw new IllegalArgumentException("No timer for outcome " + outcome);
		}
		return timer;
	}

	private static Counter counter(MeterRegistry registry, String name, String description, Tags tags) {
		return Counter.builder(name).description(description).tags(tags).register(registry);
	}

}
