package io.github.queuesqlite.dashboard;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.event.RunOutcome;

/** Counts what the engine reports, by task. */
final class DashboardRecorder implements QueueRecorder {

	/** So many tasks are told apart. */
	static final int MAX_TASKS = 100;

	/** Has what the others do. */
	static final String OTHER = "…";

	private final Map<String, TaskCounters> tasks = new ConcurrentHashMap<>();

	private final StartDelays delays = new StartDelays();

	@Override
	public void enqueued(String queue, String task, int messages) {
		counters(task).enqueued(messages);
	}

	@Override
	public void started(String queue, String task, Duration wait) {
		this.delays.add(wait);
	}

	@Override
	public void finished(String queue, String task, RunOutcome outcome, Duration duration) {
		TaskCounters counters = counters(task);
		counters.ran(duration);
		switch (outcome) {
			case COMPLETED -> counters.completed();
			case RETRY -> counters.retried();
			case DEAD -> counters.dead(1);
			case SNOOZED, CANCELLED, RELEASED, LOST -> {
			}
		}
	}

	@Override
	public void diedUnrun(String queue, String task, int messages) {
		counters(task).dead(messages);
	}

	private TaskCounters counters(String task) {
		TaskCounters counters = this.tasks.get(task);
		if (counters != null) {
			return counters;
		}
		String name = (this.tasks.size() < MAX_TASKS) ? task : OTHER;
		return this.tasks.computeIfAbsent(name, (key) -> new TaskCounters());
	}

	/** What has happened since {@link #readAndReset()}, by task. */
	Map<String, TaskActivity> read() {
		return active(TaskCounters::read);
	}

	Map<String, TaskActivity> readAndReset() {
		return active(TaskCounters::readAndReset);
	}

	private Map<String, TaskActivity> active(Function<TaskCounters, TaskActivity> read) {
		Map<String, TaskActivity> active = new TreeMap<>();
		this.tasks.forEach((task, counters) -> {
			TaskActivity activity = read.apply(counters);
			if (!activity.isNothing()) {
				active.put(task, activity);
			}
		});
		return active;
	}

	StartDelays delays() {
		return this.delays;
	}

}
