package io.github.queuesqlite.benchmark.peer;

import java.util.List;

import com.zaxxer.hikari.HikariDataSource;
import org.jobrunr.configuration.JobRunr;
import org.jobrunr.configuration.JobRunrConfiguration.JobRunrConfigurationResult;
import org.jobrunr.scheduling.JobRequestScheduler;
import org.jobrunr.scheduling.JobScheduler;
import org.jobrunr.server.BackgroundJobServer;
import org.jobrunr.server.BackgroundJobServerConfiguration;
import org.jobrunr.storage.sql.common.SqlStorageProviderFactory;

/** JobRunr, with lambdas or with requests. */
final class JobRunrContestant implements Contestant {

	private final HikariDataSource dataSource;

	private final boolean lambdas;

	private final JobScheduler scheduler;

	private final JobRequestScheduler requestScheduler;

	private final BackgroundJobServer server;

	private JobRunrContestant(HikariDataSource dataSource, boolean lambdas, BackgroundJobServerConfiguration settings) {
		this.dataSource = dataSource;
		this.lambdas = lambdas;
		JobRunrConfigurationResult result = JobRunr.configure()
			.useStorageProvider(SqlStorageProviderFactory.using(dataSource))
			.useBackgroundJobServer(settings, false)
			.initialize();
		this.scheduler = result.getJobScheduler();
		this.requestScheduler = result.getJobRequestScheduler();
		this.server = result.getBackgroundJobServer();
	}

	/** As its documentation begins: lambdas, 15 s poll, eight workers for each core. */
	static JobRunrContestant atDefaults(HikariDataSource dataSource) {
		return new JobRunrContestant(dataSource, true,
				BackgroundJobServerConfiguration.usingStandardBackgroundJobServerConfiguration());
	}

	/** Requests need no analysis of byte code, and no shorter poll is allowed. */
	static JobRunrContestant atItsBest(HikariDataSource dataSource, int workers) {
		return new JobRunrContestant(dataSource, false,
				BackgroundJobServerConfiguration.usingStandardBackgroundJobServerConfiguration()
					.andPollIntervalInSeconds(5)
					.andWorkerCount(workers));
	}

	@Override
	public void enqueue(String payload) {
		if (this.lambdas) {
			this.scheduler.enqueue(() -> JobRunrTask.run(payload));
		}
		else {
			this.requestScheduler.enqueue(new JobRunrTask.Request(payload));
		}
	}

	@Override
	public void enqueueAll(List<String> payloads) {
		if (this.lambdas) {
			this.scheduler.<String>enqueue(payloads.stream(), (payload) -> JobRunrTask.run(payload));
		}
		else {
			this.requestScheduler.enqueue(payloads.stream().map(JobRunrTask.Request::new));
		}
	}

	@Override
	public void startWorkers() {
		this.server.start();
	}

	@Override
	public void close() {
		JobRunr.destroy();
		this.dataSource.close();
	}

}
