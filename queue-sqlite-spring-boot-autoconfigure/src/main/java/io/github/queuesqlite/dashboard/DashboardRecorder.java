package io.github.queuesqlite.dashboard;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.event.RunOutcome;

/** Measures the runs of this process, by task. */
final class DashboardRecorder implements QueueRecorder {

	private final Map<String, RunTimes> tasks = new ConcurrentHashMap<>();

	private final StartDelays delays = new StartDelays();

	@Override
	public void started(String queue, String task, Duration wait) {
		this.delays.add(wait);
	}

	@Override
	public void finished(String queue, String task, RunOutcome outcome, Duration duration) {
		RunTimes times = this.tasks.get(task);
		if (times == null) {
			String name = (this.tasks.size() < Throughput.MAX_TASKS) ? task : Throughput.OTHER;
			times = this.tasks.computeIfAbsent(name, (key) -> new RunTimes());
		}
		times.add(duration);
	}

	/**
	 * How long runs took since {@link #readAndReset()}, on average, in milliseconds, by
	 * task.
	 */
	Map<String, Double> read() {
		return times(RunTimes::read);
	}

	Map<String, Double> readAndReset() {
		return times(RunTimes::readAndReset);
	}

	private Map<String, Double> times(ToDoubleFunction<RunTimes> read) {
		Map<String, Double> times = new TreeMap<>();
		this.tasks.forEach((task, one) -> {
			double time = read.applyAsDouble(one);
			if (time > 0) {
				times.put(task, time);
			}
		});
		return times;
	}

	StartDelays delays() {
		return this.delays;
	}

}
