package io.github.queuesqlite.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

import io.github.queuesqlite.benchmark.Figure.Goal;
import io.github.queuesqlite.benchmark.shape.Latencies;
import io.github.queuesqlite.benchmark.shape.Shape;
import io.github.queuesqlite.benchmark.shape.ShapeResult;

/** Goals beyond the first ones for what was measured anyway. */
final class FurtherGoals {

	/** Above this an fsync is the limit, and no rate says anything of the queue. */
	private static final double QUICK_FSYNC_MILLIS = 0.2;

	private final Report report;

	private final List<Figure> figures = new ArrayList<>();

	private FurtherGoals(Report report) {
		this.report = report;
	}

	/** What the report says of them so far. */
	static List<Figure> of(Report report) {
		FurtherGoals goals = new FurtherGoals(report);
		goals.life();
		goals.enqueue();
		goals.latency();
		goals.idle();
		return goals.figures;
	}

	private void life() {
		add(LifeSection.NAME, LifeSection.PART_OF_RAW_1, Goal.atLeast(0.9));
		add(LifeSection.NAME, LifeSection.PART_OF_RAW_2, Goal.atLeast(1.3));
		if (this.report.fsyncP50() <= QUICK_FSYNC_MILLIS) {
			add(LifeSection.NAME, LifeSection.TWO_SHARDS, Goal.atLeast(120_000));
			add(LifeSection.NAME, LifeSection.TWO_SHARDS_FORGETTING, Goal.atLeast(150_000));
		}
	}

	private void enqueue() {
		add(ProducersSection.NAME, ProducersSection.name(64, false), Goal.atLeast(80_000));
		RawRates raw = this.report.raw(1);
		if (raw != null) {
			this.report.figure(ProducersSection.NAME, ProducersSection.name(1, false))
				.ifPresent(
						(figure) -> this.figures.add(each(figure, figure.name() + ": part of the raw one-row commits",
								"", (rate) -> rate / raw.insert(), Goal.atLeast(0.6))));
		}
		enqueueOnly().ifPresent(
				(latencies) -> this.figures.add(Figure.of(ShapesSection.NAME, "blocking enqueue, 64 producers, p99",
						"ms", List.of(latencies.p99()), Goal.atMost(slow()), this.report.besideFsync())));
	}

	private Optional<Latencies> enqueueOnly() {
		return this.report.results()
			.getOrDefault(ShapesSection.NAME, List.of())
			.stream()
			.map(ShapeResult.class::cast)
			.filter((result) -> result.shape().load() == Shape.Load.ENQUEUE)
			.findFirst()
			.map(ShapeResult::enqueue);
	}

	private void latency() {
		for (String when : List.of(LatencySection.IDLE, LatencySection.BUSY)) {
			add(LatencySection.NAME, when + ": commit to handler, p50", Goal.atMost(0.2));
			add(LatencySection.NAME, when + ": commit to handler, p99", Goal.atMost(1));
			add(LatencySection.NAME, when + ": call to handler, p50", Goal.atMost(this.report.fsyncP50() + 0.25));
			add(LatencySection.NAME, when + ": call to handler, p99", Goal.atMost(slow()));
		}
	}

	private void idle() {
		add(IdleSection.NAME, IdleSection.CPU, Goal.atMost(0.2));
	}

	/** What the slowest hundredth may take, given how slow the disk's is. */
	private double slow() {
		return 3 * (this.report.fsyncP99() + 0.5);
	}

	private void add(String section, String name, Goal goal) {
		this.report.figure(section, name)
			.ifPresent((figure) -> this.figures
				.add(each(figure, figure.name(), figure.unit(), UnaryOperator.identity(), goal)));
	}

	private static Figure each(Figure figure, String name, String unit, UnaryOperator<Double> change, Goal goal) {
		return Figure.of(figure.section(), name, unit, figure.runs().stream().map(change).toList(), goal,
				figure.beside());
	}

}
