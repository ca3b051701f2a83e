package io.github.queuesqlite.benchmark;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.benchmark.measure.Samples;
import io.github.queuesqlite.benchmark.shape.Axes;
import io.github.queuesqlite.benchmark.shape.Company;
import io.github.queuesqlite.benchmark.shape.Shape;
import io.github.queuesqlite.benchmark.shape.ShapeResult;
import io.github.queuesqlite.benchmark.shape.ShapeRun;
import io.github.queuesqlite.store.sqlite.RawShard;

/** The base case, and what one change to it at a time makes of it. */
final class ShapesSection implements Section {

	static final String NAME = "shapes";

	private static final String BIG_PAYLOAD = "payload 64 KB";

	private static final int BIG = 64 * 1024;

	private static final int RAW_ROWS = 100;

	@Override
	public void measure(Bench bench) throws Exception {
		List<ShapeResult> results = new ArrayList<>();
		// The first one pays for the code that is not compiled yet.
		run(bench, Shape.BASE);
		ShapeResult base = run(bench, Shape.BASE);
		results.add(base);
		results.add(run(bench, Shape.BASE.named("at 50 % of the base").at(base.rate() / 2)));
		for (Shape shape : Axes.all()) {
			results.add(run(bench, shape));
		}
		results.forEach((result) -> bench.report().add(NAME, result));
		bench.report().add(ShapeTables.rates(NAME, results));
		bench.report().add(ShapeTables.costs(NAME, results));
		for (ShapeResult result : results) {
			if (result.shape().name().equals(BIG_PAYLOAD)) {
				bench.report().addFurther(partOfRaw(bench, result));
			}
		}
	}

	private static ShapeResult run(Bench bench, Shape shape) throws Exception {
		Path directory = bench.workspace().next("shape");
		Duration window = bench.window(1500, 300);
		ShapeResult result = ShapeRun.measure(shape, directory, bench.rounds(), window, bench.count(1_000_000, 150_000),
				Company.NONE);
		Workspace.delete(directory);
		return result;
	}

	private static Figure partOfRaw(Bench bench, ShapeResult result) throws Exception {
		double raw = rawRate(bench);
		List<Double> parts = result.rates().stream().map((rate) -> rate / raw).toList();
		return Figure.of(NAME, "64 KB payloads, whole life, 64 producers: part of the raw byte rate of one connection",
				"", parts, Figure.Goal.atLeast(0.8),
				"%,.0f MB/s beside %,.0f MB/s".formatted(result.rate() * BIG / 1e6, raw * BIG / 1e6));
	}

	private static double rawRate(Bench bench) throws Exception {
		Path directory = bench.workspace().next("shape-raw");
		List<Double> rates = new ArrayList<>();
		byte[] payload = ("\"" + "x".repeat(BIG - 2) + "\"").getBytes(StandardCharsets.UTF_8);
		try (RawShard shard = RawShard.create(directory, payload)) {
			shard.live(RAW_ROWS);
			shard.finish(RAW_ROWS);
			int transactions = Math.max(3, bench.count(60, 10));
			for (int round = 0; round < bench.rounds(); round++) {
				rates.add(RawSection.life(shard, RAW_ROWS, transactions));
			}
		}
		Workspace.delete(directory);
		return Samples.median(rates);
	}

}
