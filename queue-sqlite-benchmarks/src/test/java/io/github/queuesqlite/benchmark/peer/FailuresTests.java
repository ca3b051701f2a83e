package io.github.queuesqlite.benchmark.peer;

import java.sql.SQLException;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class FailuresTests {

	private final Exception busy = new IllegalStateException("Cannot save",
			new SQLException("[SQLITE_BUSY] The database file is locked"));

	private final Failures failures = new Failures();

	@Test
	void addWhenACauseNamesACodeCountsByTheCode() {
		this.failures.add("enqueue", this.busy);
		this.failures.add("enqueue", this.busy);
		this.failures.add("enqueue", new IllegalStateException("Something else"));
		assertThat(this.failures.counts()).containsOnlyKeys("enqueue: SQLITE_BUSY",
				"enqueue: java.lang.IllegalStateException");
		assertThat(this.failures.counts().get("enqueue: SQLITE_BUSY").sum()).isEqualTo(2);
	}

	@Test
	void addWhenClosedCountsNothing() {
		this.failures.close();
		this.failures.add("enqueue", this.busy);
		assertThat(this.failures.counts()).isEmpty();
	}

	@Test
	void logWhenWarningOrErrorIsCountedWithoutItsArguments() {
		LoggerContext context = new LoggerContext();
		FailureAppender.install(context, this.failures);
		Logger logger = context.getLogger("org.jobrunr.server.JobSteward");
		logger.info("Polling");
		logger.warn("Took {} ms", 12);
		logger.error("Poll failed", this.busy);
		assertThat(this.failures.counts()).containsOnlyKeys("logged by JobSteward: Took {} ms",
				"logged by JobSteward: SQLITE_BUSY");
	}

}
