package io.github.queuesqlite.benchmark;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.github.queuesqlite.benchmark.peer.ContestantKind;
import io.github.queuesqlite.benchmark.peer.ContestantResult;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

class FurtherGoalsTests {

	private final Report report = new Report();

	@Test
	void goalsWhenFiguresAreMissingAreNone() {
		assertThat(FurtherGoals.of(this.report)).isEmpty();
	}

	@Test
	void goalsWhenOneProducerWasMeasuredDividesByTheRawCommits() {
		this.report.add(new RawRates(1, 5000, 4000, 4000, 3000));
		this.report.add(Figure.of(ProducersSection.NAME, ProducersSection.name(1, false), "/s",
				List.of(2500.0, 3500.0, 4000.0), null, ""));
		assertThat(FurtherGoals.of(this.report)).singleElement().satisfies((figure) -> {
			assertThat(figure.runs()).containsExactly(0.5, 0.7, 0.8);
			assertThat(figure.isMet()).isTrue();
		});
	}

	@Test
	void goalsWhenFsyncIsSlowDemandsNoRate() {
		Figure rate = Figure.of(LifeSection.NAME, LifeSection.TWO_SHARDS, "/s", List.of(100_000.0), null, "");
		this.report.add(rate);
		this.report.fsync(0.3, 1);
		assertThat(FurtherGoals.of(this.report)).isEmpty();
		this.report.fsync(0.2, 1);
		assertThat(FurtherGoals.of(this.report)).singleElement().extracting(Figure::isMet).isEqualTo(false);
	}

	@Test
	void ratiosWhenAPeerCouldNotBeMeasuredLeaveItOut() {
		Map<ContestantKind, ContestantResult> results = new EnumMap<>(ContestantKind.class);
		put(results, ContestantKind.QUEUE,
				Map.of(ContestantResult.LIVES, List.of(90_000.0), ContestantResult.PACED_P50, List.of(0.4)));
		put(results, ContestantKind.JOBRUNR_BEST, Map.of(ContestantResult.LIVES, List.of(1500.0)));
		put(results, ContestantKind.JOBRUNR_DEFAULT, Map.of(ContestantResult.PACED_P50, List.of(8000.0)));
		put(results, ContestantKind.DB_SCHEDULER_SQLITE_BEST, Map.of());
		assertThat(PeerRatios.of(results)).extracting(Figure::name, Figure::value)
			.containsExactlyInAnyOrder(tuple("whole life: times that of JobRunr, SQLite, at its best", 60.0),
					tuple("call to handler at 300/s, p50: times that of JobRunr, SQLite, defaults", 0.4 / 8000));
	}

	@Test
	void depthIsOfTheLowestFiveSecondsBelowTheMedian() {
		assertThat(SteadySection.depth(List.of(10.0, 10.0, 10.0, 10.0, 5.0, 10.0, 10.0, 10.0, 10.0, 10.0)))
			.isEqualTo(0.1, within(1e-9));
		assertThat(SteadySection.depth(List.of(8.0, 8.0, 8.0, 8.0, 8.0))).isZero();
	}

	private static void put(Map<ContestantKind, ContestantResult> results, ContestantKind kind,
			Map<String, List<Double>> values) {
		results.put(kind, new ContestantResult(kind, values, new TreeMap<>()));
	}

}
