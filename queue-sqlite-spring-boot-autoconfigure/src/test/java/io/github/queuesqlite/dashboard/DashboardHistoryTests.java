package io.github.queuesqlite.dashboard;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

import io.github.queuesqlite.event.RunOutcome;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueStats;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link DashboardHistory} and what it is fed by. */
class DashboardHistoryTests {

	private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-31T12:00:00Z"));

	private final DashboardRecorder recorder = new DashboardRecorder();

	private final DashboardHistory history = new DashboardHistory(this.recorder, this::stats, this.now::get);

	private boolean broken;

	private QueueStats stats() {
		if (this.broken) {
			throw new IllegalStateException("broken");
		}
		return new QueueStats(List.of(new QueueStats.Count("default", "mail", MessageState.READY, 7)), Map.of(),
				List.of(), Set.of(), Set.of(), List.of(), List.of(), List.of());
	}

	private void pass() {
		this.now.updateAndGet((time) -> time.plus(DashboardHistory.STEP));
		this.history.step();
	}

	@Test
	void pointHasWhatHappenedSinceTheOneBefore() {
		this.recorder.enqueued("default", "mail", 3);
		this.recorder.finished("default", "mail", RunOutcome.COMPLETED, Duration.ofMillis(20));
		this.recorder.finished("default", "mail", RunOutcome.RETRY, Duration.ofMillis(40));
		this.recorder.finished("default", "mail", RunOutcome.DEAD, Duration.ofMillis(60));
		this.recorder.diedUnrun("default", "mail", 2);
		pass();
		pass();
		assertThat(this.history.read(0).points()).extracting(HistoryPoint::tasks)
			.containsExactly(Map.of("mail", new TaskActivity(3, 1, 1, 3, 40)), Map.of());
		assertThat(this.history.read(0).points()).extracting(HistoryPoint::waiting).containsExactly(7L, 7L);
		assertThat(this.history.read(0).points()).extracting(HistoryPoint::seconds).containsExactly(10.0, 10.0);
	}

	@Test
	void currentHasWhatHappenedSinceTheLatestPoint() {
		pass();
		this.recorder.finished("default", "mail", RunOutcome.COMPLETED, Duration.ofMillis(20));
		this.now.updateAndGet((time) -> time.plusSeconds(4));
		HistoryPoint current = this.history.read(0).current();
		assertThat(current.tasks()).containsOnlyKeys("mail");
		assertThat(current.seconds()).isEqualTo(4);
		assertThat(this.history.read(0).current().tasks()).containsOnlyKeys("mail");
	}

	@Test
	void readWhenPointsAreKnownGivesLaterOnes() {
		pass();
		long known = this.history.read(0).points().get(0).at();
		pass();
		assertThat(this.history.read(known).points()).extracting(HistoryPoint::at).containsExactly(known + 10_000);
	}

	@Test
	void historyWhenAnHourIsOverForgetsItsBeginning() {
		for (int i = 0; i < DashboardHistory.MAX_POINTS + 5; i++) {
			pass();
		}
		List<HistoryPoint> points = this.history.read(0).points();
		assertThat(points).hasSize(DashboardHistory.MAX_POINTS);
		assertThat(points.get(0).at()).isEqualTo(this.now.get().minus(Duration.ofSeconds(3590)).toEpochMilli());
	}

	@Test
	void pointWhenNumbersCannotBeReadHasNoDepthAndTheNextOneHas() {
		this.broken = true;
		pass();
		this.broken = false;
		pass();
		assertThat(this.history.read(0).points()).extracting(HistoryPoint::waiting).containsExactly(null, 7L);
	}

	@Test
	void recorderWhenThereAreManyTasksAddsUpThoseBeyond() {
		for (int i = 0; i < DashboardRecorder.MAX_TASKS + 50; i++) {
			this.recorder.enqueued("default", "task-" + i, 1);
		}
		assertThat(this.recorder.read()).hasSize(DashboardRecorder.MAX_TASKS + 1)
			.containsEntry(DashboardRecorder.OTHER, new TaskActivity(50, 0, 0, 0, 0));
	}

	@Test
	void quantileIsAtMostAQuarterTooGreat() {
		StartDelays delays = new StartDelays();
		for (int i = 1; i <= 1000; i++) {
			delays.add(Duration.ofMillis(i));
		}
		delays.add(Duration.ofSeconds(-1));
		delays.add(Duration.ofDays(10_000));
		assertThat(StartDelays.quantile(delays.read(), 0.5)).isBetween(500.0, 625.0);
		assertThat(StartDelays.quantile(delays.read(), 0.99)).isBetween(990.0, 1240.0);
		assertThat(StartDelays.quantile(new StartDelays().read(), 0.99)).isNull();
	}

}
