package io.github.queuesqlite;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import io.github.queuesqlite.schedule.Misfire;
import io.github.queuesqlite.schedule.Overlap;
import io.github.queuesqlite.schedule.Schedule;

/**
 * A process that declares schedules, fires them and works their messages off until it is
 * killed.
 */
public final class ScheduleChild {

	static final Duration EVERY = Duration.ofMillis(100);

	static final List<String> NAMES = List.of("tick", "tack", "tock");

	static final int TIMES = 5;

	private ScheduleChild() {
	}

	public static void main(String[] args) {
		if (args.length > 2) {
			createOnly(Path.of(args[0]), args[2]);
		}
		else {
			work(args);
		}
	}

	/** Leaves the firing to others. */
	private static void createOnly(Path directory, String name) {
		EmbeddedQueue queue = EmbeddedQueue.builder(directory).scheduleFiring(false).build();
		queue.start();
		queue.schedules().create(Schedule.of(name, "nobodys").every(EVERY).times(TIMES).overlap(Overlap.ALLOW));
	}

	private static void work(String[] args) {
		EmbeddedQueue queue = EmbeddedQueue.builder(Path.of(args[0])).build();
		queue.tasks().register(QueueTester.TASK, Void.class, (payload, context) -> null);
		queue.schedules().declare(NAMES.stream().map(ScheduleChild::schedule).toList());
		queue.start();
	}

	private static Schedule schedule(String name) {
		return Schedule.of(name, QueueTester.TASK)
			.every(EVERY)
			.misfire(Misfire.FIRE_ALL)
			.misfireLimit(Schedule.MAX_MISFIRE_LIMIT)
			.overlap(Overlap.ALLOW);
	}

}
