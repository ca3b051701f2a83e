package io.github.queuesqlite.metrics;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.event.RunOutcome;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/**
 * Counts and times what the engine reports. Meters are made when a task, schedule or
 * shard is first heard of; afterwards a call is two map reads and no allocation.
 */
final class MicrometerQueueRecorder implements QueueRecorder {

	private final MeterRegistry registry;

	private final Map<String, Map<String, TaskMeters>> tasks = new ConcurrentHashMap<>();

	private final Map<String, ScheduleMeters> schedules = new ConcurrentHashMap<>();

	private final Map<Integer, Timer> commits = new ConcurrentHashMap<>();

	private final DistributionSummary commitSize;

	MicrometerQueueRecorder(MeterRegistry registry) {
		this.registry = registry;
		this.commitSize = DistributionSummary.builder("queue.commit.size")
			.description("Rows that one commit carried")
			.register(registry);
	}

	/**
	 * Makes the meters of a task, unless they exist.
	 * @param queue where its messages are
	 * @param task the task
	 */
	void addTask(String queue, String task) {
		meters(queue, task);
	}

	/**
	 * Makes the meters of a shard, unless they exist.
	 * @param shard its number
	 */
	void addShard(int shard) {
		commit(shard);
	}

	@Override
	public void enqueued(String queue, String task, int messages) {
		meters(queue, task).enqueued.increment(messages);
	}

	@Override
	public void started(String queue, String task, Duration wait) {
		meters(queue, task).wait.record(wait.toNanos(), TimeUnit.NANOSECONDS);
	}

	@Override
	public void finished(String queue, String task, RunOutcome outcome, Duration duration) {
		TaskMeters meters = meters(queue, task);
		meters.duration(outcome).record(duration.toNanos(), TimeUnit.NANOSECONDS);
		switch (outcome) {
			case RETRY -> meters.retries.increment();
			case DEAD -> meters.dead.increment();
			case LOST -> meters.leaseLost.increment();
			case COMPLETED, SNOOZED, CANCELLED, RELEASED -> {
			}
		}
	}

	@Override
	public void expired(String queue, String task, int messages) {
		meters(queue, task).expired.increment(messages);
	}

	@Override
	public void dropped(String queue, String task, int messages) {
		meters(queue, task).dropped.increment(messages);
	}

	@Override
	public void diedUnrun(String queue, String task, int messages) {
		meters(queue, task).dead.increment(messages);
	}

	@Override
	public void fired(String schedule, int messages, int skipped, long missed) {
		ScheduleMeters meters = this.schedules.computeIfAbsent(schedule,
				(name) -> new ScheduleMeters(this.registry, name));
		meters.fired.increment(messages);
		meters.skipped.increment(skipped);
		meters.missed.increment(missed);
	}

	@Override
	public void committed(int shard, Duration duration, int rows) {
		commit(shard).record(duration.toNanos(), TimeUnit.NANOSECONDS);
		this.commitSize.record(rows);
	}

	private TaskMeters meters(String queue, String task) {
		Map<String, TaskMeters> ofQueue = this.tasks.get(queue);
		TaskMeters meters = (ofQueue != null) ? ofQueue.get(task) : null;
		return (meters != null) ? meters : this.tasks.computeIfAbsent(queue, (name) -> new ConcurrentHashMap<>())
			.computeIfAbsent(task, (name) -> new TaskMeters(this.registry, queue, name));
	}

	private Timer commit(int shard) {
		Timer timer = this.commits.get(shard);
		return (timer != null) ? timer
				: this.commits.computeIfAbsent(shard,
						(number) -> Timer.builder("queue.commit")
							.description("Time from the begin of a transaction to the end of its commit")
							.tag("shard", String.valueOf(number))
							.register(this.registry));
	}

}
