package io.github.queuesqlite.worker;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.task.QueuePool;
import io.github.queuesqlite.task.TaskInterceptor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.helpers.NOPMDCAdapter;

/**
 * What lanes and runs of one pool share.
 */
final class Engine {

	private static final Logger logger = LoggerFactory.getLogger(Engine.class);

	private static final int INTERRUPT_THREADS = 4;

	final WorkerEnvironment environment;

	final WorkerSettings settings;

	final TaskTable tasks;

	final Limits limits;

	/** By queue, of those that are in one. */
	final Map<String, SharedPlaces> places;

	final PausedKeys pausedKeys = new PausedKeys();

	final List<TaskInterceptor> interceptors;

	final Watch watch;

	final Probation probation;

	final boolean records;

	final boolean logsContext = !(MDC.getMDCAdapter() instanceof NOPMDCAdapter);

	/** Interrupting may run code of users: closing a channel, dependents of a future. */
	private final ThreadPoolExecutor interrupts;

	private volatile boolean recorderFailed;

	private final long origin = System.nanoTime();

	Engine(WorkerEnvironment environment, WorkerSettings settings, Watch watch) {
		this.environment = environment;
		this.settings = settings;
		this.places = places(settings.pools());
		this.limits = new Limits(environment, settings.rates(), this::limitsChanged);
		this.tasks = new TaskTable(environment.tasks(), settings, this.limits);
		this.interceptors = settings.interceptors();
		this.watch = watch;
		this.probation = new Probation(HostedTask.nanos(settings.probation()), environment.store()::demandChanged);
		this.records = environment.recorder() != QueueRecorder.NONE;
		this.interrupts = new ThreadPoolExecutor(INTERRUPT_THREADS, INTERRUPT_THREADS, 10, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(), (task) -> {
					Thread thread = new Thread(task, "queue-interrupt");
					thread.setDaemon(true);
					return thread;
				});
		this.interrupts.allowCoreThreadTimeOut(true);
	}

	private static Map<String, SharedPlaces> places(Map<String, QueuePool> pools) {
		Map<String, SharedPlaces> places = new HashMap<>();
		pools.forEach((name, pool) -> {
			SharedPlaces shared = new SharedPlaces(name, pool);
			pool.queues().forEach((queue) -> places.put(queue, shared));
		});
		return Map.copyOf(places);
	}

	private void limitsChanged() {
		this.tasks.refreshClaimable();
	}

	/** Monotonic nanoseconds, from 0. */
	long now() {
		return System.nanoTime() - this.origin;
	}

	long millis() {
		return this.environment.clock().millis();
	}

	/** A recorder of the user broke its word: meters may be wrong, runs are not. */
	void recorderFailed(Throwable ex) {
		if (!this.recorderFailed) {
			this.recorderFailed = true;
			logger.error("The recorder {} failed: its meters are wrong from now on",
					this.environment.recorder().getClass().getName(), ex);
		}
	}

	Executor interrupts() {
		return this.interrupts;
	}

}
