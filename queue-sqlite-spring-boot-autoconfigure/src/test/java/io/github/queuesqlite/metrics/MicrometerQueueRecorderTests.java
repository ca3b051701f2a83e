package io.github.queuesqlite.metrics;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.event.RunOutcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link MicrometerQueueRecorder}. */
class MicrometerQueueRecorderTests {

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	private final MicrometerQueueRecorder recorder = new MicrometerQueueRecorder(this.registry);

	@Test
	void addTaskMakesEachMeterOfTheTaskAtZero() {
		this.recorder.addTask("mail", "mail.welcome");
		assertThat(this.registry.getMeters()).extracting((meter) -> meter.getId().getName())
			.containsOnly("queue.commit.size", "queue.enqueued", "queue.retries", "queue.dead", "queue.expired",
					"queue.dropped", "queue.lease.lost", "queue.task.wait", "queue.task.duration");
		assertThat(this.registry.get("queue.task.duration").timers())
			.extracting((timer) -> timer.getId().getTag("outcome"))
			.containsExactlyInAnyOrder("COMPLETED", "RETRY", "SNOOZED", "DEAD", "CANCELLED", "RELEASED", "LOST");
		for (Meter meter : this.registry.getMeters()) {
			assertThat(meter.measure()).as(meter.getId().toString())
				.allMatch((measurement) -> measurement.getValue() == 0);
		}
	}

	@Test
	void addTaskWhenItExistsKeepsItsValues() {
		this.recorder.enqueued("mail", "mail.welcome", 3);
		this.recorder.addTask("mail", "mail.welcome");
		assertThat(counter("queue.enqueued").count()).isEqualTo(3);
	}

	@Test
	void enqueuedCountsMessages() {
		this.recorder.enqueued("mail", "mail.welcome", 3);
		this.recorder.enqueued("mail", "mail.welcome", 4);
		this.recorder.enqueued("mail", "mail.other", 100);
		this.recorder.enqueued("other", "mail.welcome", 100);
		assertThat(counter("queue.enqueued").count()).isEqualTo(7);
	}

	@Test
	void startedTimesTheWait() {
		this.recorder.started("mail", "mail.welcome", Duration.ofMillis(20));
		Timer wait = this.registry.get("queue.task.wait").tags("queue", "mail", "task", "mail.welcome").timer();
		assertThat(wait.count()).isEqualTo(1);
		assertThat(wait.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(20);
	}

	@ParameterizedTest
	@EnumSource(RunOutcome.class)
	void finishedTimesTheRunUnderItsOutcomeOnly(RunOutcome outcome) {
		this.recorder.finished("mail", "mail.welcome", outcome, Duration.ofMillis(30));
		for (Timer timer : this.registry.get("queue.task.duration").timers()) {
			boolean its = outcome.name().equals(timer.getId().getTag("outcome"));
			assertThat(timer.count()).isEqualTo(its ? 1 : 0);
			assertThat(timer.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(its ? 30 : 0);
		}
	}

	@ParameterizedTest
	@EnumSource(RunOutcome.class)
	void finishedCountsWhatTheOutcomeMeans(RunOutcome outcome) {
		this.recorder.finished("mail", "mail.welcome", outcome, Duration.ofMillis(30));
		assertThat(counter("queue.retries").count()).isEqualTo((outcome == RunOutcome.RETRY) ? 1 : 0);
		assertThat(counter("queue.dead").count()).isEqualTo((outcome == RunOutcome.DEAD) ? 1 : 0);
		assertThat(counter("queue.lease.lost").count()).isEqualTo((outcome == RunOutcome.LOST) ? 1 : 0);
	}

	@Test
	void diedUnrunCountsDeadMessages() {
		this.recorder.diedUnrun("mail", "mail.welcome", 2);
		assertThat(counter("queue.dead").count()).isEqualTo(2);
	}

	@Test
	void expiredCountsMessages() {
		this.recorder.expired("mail", "mail.welcome", 5);
		assertThat(counter("queue.expired").count()).isEqualTo(5);
	}

	@Test
	void droppedCountsMessages() {
		this.recorder.dropped("mail", "mail.welcome", 3);
		assertThat(counter("queue.dropped").count()).isEqualTo(3);
	}

	@Test
	void firedCountsWhatAScheduleDoes() {
		this.recorder.fired("nightly", 0, 0, 0);
		assertThat(fired("fired") + fired("skipped") + fired("missed")).isZero();
		this.recorder.fired("nightly", 2, 3, 5);
		this.recorder.fired("nightly", 1, 0, 0);
		this.recorder.fired("other", 100, 100, 100);
		assertThat(fired("fired")).isEqualTo(3);
		assertThat(fired("skipped")).isEqualTo(3);
		assertThat(fired("missed")).isEqualTo(5);
	}

	private double fired(String what) {
		return this.registry.get("queue.schedule." + what).tag("schedule", "nightly").counter().count();
	}

	@Test
	void committedTimesTheShardAndCountsRows() {
		this.recorder.addShard(0);
		this.recorder.committed(1, Duration.ofMillis(2), 40);
		this.recorder.committed(1, Duration.ofMillis(4), 2);
		Timer commit = this.registry.get("queue.commit").tag("shard", "1").timer();
		assertThat(commit.count()).isEqualTo(2);
		assertThat(commit.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(6);
		assertThat(this.registry.get("queue.commit").tag("shard", "0").timer().count()).isZero();
		assertThat(this.registry.get("queue.commit.size").summary().totalAmount()).isEqualTo(42);
		assertThat(this.registry.get("queue.commit.size").summary().count()).isEqualTo(2);
	}

	@Test
	void metersCarryNoOtherTags() {
		this.recorder.addTask("mail", "mail.welcome");
		this.recorder.addShard(0);
		this.recorder.fired("nightly", 1, 1, 1);
		assertThat(this.registry.getMeters()).flatExtracting((meter) -> meter.getId().getTags())
			.extracting(Tag::getKey)
			.containsOnly("queue", "task", "outcome", "shard", "schedule");
	}

	private Counter counter(String name) {
		return this.registry.get(name).tags("queue", "mail", "task", "mail.welcome").counter();
	}

}
