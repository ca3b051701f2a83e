package io.github.queuesqlite.dashboard;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import io.github.queuesqlite.event.RunOutcome;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.message.TaskTotals;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link DashboardHistory} and what it is fed by. */
class DashboardHistoryTests {

	private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-31T12:00:00Z"));

	private final DashboardRecorder recorder = new DashboardRecorder();

	private final DashboardHistory history = new DashboardHistory(this.recorder, this::stats, this::totals,
			this.now::get);

	private List<TaskTotals> totals = List.of();

	private boolean broken;

	private QueueStats stats() {
		if (this.broken) {
			throw new IllegalStateException("broken");
		}
		return new QueueStats(List.of(new QueueStats.Count("default", "mail", MessageState.READY, 7)), Map.of(),
				List.of(), Set.of(), Set.of(), List.of(), List.of(), List.of());
	}

	private List<TaskTotals> totals() {
		if (this.broken) {
			throw new IllegalStateException("broken");
		}
		return this.totals;
	}

	private static TaskTotals mail(String queue, long enqueued, long completed, long retried, long dead) {
		return new TaskTotals(queue, "mail", enqueued, completed, retried, dead);
	}

	private void pass() {
		this.now.updateAndGet((time) -> time.plus(DashboardHistory.STEP));
		this.history.step();
	}

	@Test
	void pointHasWhatHappenedSinceTheOneBeforeInAllQueuesOfTheTask() {
		this.totals = List.of(mail("default", 100, 90, 80, 70), mail("slow", 7, 0, 0, 0));
		this.history.begin();
		this.recorder.finished("default", "mail", RunOutcome.COMPLETED, Duration.ofMillis(20));
		this.recorder.finished("default", "mail", RunOutcome.RETRY, Duration.ofMillis(60));
		this.totals = List.of(mail("default", 103, 91, 81, 73), mail("slow", 8, 1, 0, 0));
		pass();
		pass();
		assertThat(this.history.read(0).points()).extracting(HistoryPoint::tasks)
			.containsExactly(Map.of("mail", new TaskActivity(4, 2, 1, 3, 40)), Map.of());
		assertThat(this.history.read(0).points()).extracting(HistoryPoint::waiting).containsExactly(7L, 7L);
		assertThat(this.history.read(0).points()).extracting(HistoryPoint::seconds).containsExactly(10.0, 10.0);
	}

	@Test
	void pointWhenTheTaskIsNewHasAllOfIt() {
		this.history.begin();
		this.totals = List.of(mail("default", 3, 1, 0, 0));
		pass();
		assertThat(this.history.read(0).points()).extracting(HistoryPoint::tasks)
			.containsExactly(Map.of("mail", new TaskActivity(3, 1, 0, 0, 0)));
	}

	@Test
	void currentHasWhatHappenedSinceTheLatestPoint() {
		this.history.begin();
		pass();
		this.totals = List.of(mail("default", 0, 1, 0, 0));
		this.now.updateAndGet((time) -> time.plusSeconds(4));
		HistoryPoint current = this.history.read(0).current();
		assertThat(current.tasks()).containsOnlyKeys("mail");
		assertThat(current.seconds()).isEqualTo(4);
		assertThat(this.history.read(0).current().tasks()).containsOnlyKeys("mail");
	}

	@Test
	void pointWhenAShardIsOutOfUseForATimeHasNoMoreThanWhatHappened() {
		this.totals = List.of(mail("default", 1000, 0, 0, 0));
		this.history.begin();
		this.totals = List.of(mail("default", 400, 0, 0, 0));
		pass();
		this.totals = List.of(mail("default", 1005, 0, 0, 0));
		pass();
		assertThat(this.history.read(0).points()).extracting(HistoryPoint::tasks)
			.containsExactly(Map.of(), Map.of("mail", new TaskActivity(5, 0, 0, 0, 0)));
	}

	@Test
	void pointWhenTotalsCannotBeReadLastsNoTimeAndTheNextOneHasBoth() {
		this.history.begin();
		this.broken = true;
		this.totals = List.of(mail("default", 40, 0, 0, 0));
		pass();
		this.broken = false;
		pass();
		assertThat(this.history.read(0).points()).extracting(HistoryPoint::seconds).containsExactly(0.0, 20.0);
		assertThat(this.history.read(0).points()).extracting(HistoryPoint::tasks)
			.containsExactly(Map.of(), Map.of("mail", new TaskActivity(40, 0, 0, 0, 0)));
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
	void pointWhenThereAreManyTasksAddsUpThoseBeyond() {
		this.history.begin();
		this.totals = IntStream.range(0, Throughput.MAX_TASKS + 50)
			.mapToObj((i) -> new TaskTotals("default", "task-" + i, 1, 0, 0, 0))
			.toList();
		for (TaskTotals task : this.totals) {
			this.recorder.finished("default", task.task(), RunOutcome.COMPLETED, Duration.ofMillis(20));
		}
		pass();
		assertThat(this.history.read(0).points().get(0).tasks()).hasSize(Throughput.MAX_TASKS + 1)
			.containsEntry(Throughput.OTHER, new TaskActivity(50, 0, 0, 0, 20));
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
