package io.github.queuesqlite.benchmark.peer;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerBuilder;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.zaxxer.hikari.HikariDataSource;

/** db-scheduler with a one-time task. */
final class DbSchedulerContestant implements Contestant {

	private static final OneTimeTask<String> TASK = Tasks.oneTime("noop", String.class)
		.execute((instance, context) -> Handled.handle(instance.getData()));

	private final HikariDataSource dataSource;

	private final Scheduler scheduler;

	private final AtomicLong ids = new AtomicLong();

	private boolean started;

	private DbSchedulerContestant(HikariDataSource dataSource, SchedulerBuilder builder) {
		this.dataSource = dataSource;
		this.scheduler = builder.shutdownMaxWait(Duration.ofSeconds(5)).build();
	}

	/** 10 threads, 10 s poll, fetch. */
	static DbSchedulerContestant atDefaults(HikariDataSource dataSource) {
		return new DbSchedulerContestant(dataSource, Scheduler.create(dataSource, TASK));
	}

	/**
	 * Polls at once when something was scheduled, and often enough that nothing which
	 * that missed waits; a connection without auto-commit makes one transaction of a
	 * batch.
	 */
	static DbSchedulerContestant atItsBestOnSqlite(HikariDataSource dataSource, int threads) {
		return new DbSchedulerContestant(dataSource,
				Scheduler.create(dataSource, TASK)
					.threads(threads)
					.enableImmediateExecution()
					.pollingInterval(Duration.ofMillis(100))
					.pollUsingFetch(0.5, 20)
					.commitWhenAutocommitDisabled(true));
	}

	/** As above, and takes what it fetches in the same statement, which SQLite lacks. */
	static DbSchedulerContestant atItsBestOnPostgres(HikariDataSource dataSource, int threads) {
		return new DbSchedulerContestant(dataSource,
				Scheduler.create(dataSource, TASK)
					.threads(threads)
					.enableImmediateExecution()
					.pollingInterval(Duration.ofMillis(100))
					.pollUsingLockAndFetch(4, 20));
	}

	@Override
	public void enqueue(String payload) {
		this.scheduler.scheduleIfNotExists(instance(payload), Instant.now());
	}

	@Override
	public void enqueueAll(List<String> payloads) {
		List<TaskInstance<?>> instances = new ArrayList<>(payloads.size());
		payloads.forEach((payload) -> instances.add(instance(payload)));
		this.scheduler.scheduleBatch(instances, Instant.now());
	}

	private TaskInstance<String> instance(String payload) {
		return TASK.instance(Long.toString(this.ids.incrementAndGet()), payload);
	}

	@Override
	public void startWorkers() {
		this.scheduler.start();
		this.started = true;
	}

	@Override
	public void close() {
		if (this.started) {
			this.scheduler.stop();
		}
		this.dataSource.close();
	}

}
