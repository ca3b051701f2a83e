package io.github.queuesqlite.benchmark;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

import io.github.queuesqlite.benchmark.measure.Cpu;
import io.github.queuesqlite.benchmark.measure.Samples;
import io.github.queuesqlite.store.Retention;
import io.github.queuesqlite.store.sqlite.RawShard;

/**
 * Whole lives, with one and two shards, beside the raw limit: the three take turns, so
 * that what else the machine does meets them all.
 */
final class LifeSection implements Section {

	static final String NAME = "life";

	static final String TWO_SHARDS = "whole life, enqueueAsync, 2 shards";

	static final String TWO_SHARDS_FORGETTING = "whole life, enqueueAsync, 2 shards, retention.completed: 0";

	/** How the name of each ratio ends. */
	static final String PART_OF_RAW = ": part of the raw limit";

	static final String PART_OF_RAW_1 = "whole life, enqueueAsync, 1 shard" + PART_OF_RAW;

	static final String PART_OF_RAW_2 = "whole life, enqueueAsync, 2 shards" + PART_OF_RAW;

	private static final int BIG = 1000;

	private static final Retention FORGETTING = new Retention(Duration.ZERO, Retention.DEFAULT.cancelled(),
			Retention.DEFAULT.expired(), Retention.DEFAULT.dead(), Retention.DEFAULT.maxRows());

	private final Shape raw = new Shape("raw limit");

	private final Shape oneAsync = new Shape("enqueueAsync, 1 shard");

	private final Shape twoAsync = new Shape("enqueueAsync, 2 shards");

	private final Shape twoForgetting = new Shape("enqueueAsync, 2 shards, retention.completed: 0");

	private final Shape twoBulk = new Shape("enqueueAll of 1,000, 2 shards");

	@Override
	public void measure(Bench bench) throws Exception {
		Path rawDirectory = bench.workspace().next("life-raw");
		Path oneDirectory = bench.workspace().next("life-1");
		Path twoDirectory = bench.workspace().next("life-2");
		Path forgettingDirectory = bench.workspace().next("life-forgetting");
		try (RawShard shard = RawShard.create(rawDirectory, Load.PAYLOAD_BYTES);
				Load one = Load.open(oneDirectory, 1).start();
				Load two = Load.open(twoDirectory, 2).start();
				Load forgetting = Load.open(forgettingDirectory, 2, FORGETTING).start()) {
			RawSection.fill(shard, bench);
			// Beyond what is kept, so that each end of a message prunes another one.
			int kept = Math.toIntExact(Retention.DEFAULT.maxRows() * 6 / 5);
			one.asyncLives(bench.count(kept, kept));
			two.asyncLives(bench.count(2 * kept, 2 * kept));
			int window = bench.count(150_000, 60_000);
			forgetting.asyncLives(window);
			int transactions = Math.max(3, window / BIG);
			for (int run = 0; run < bench.runs(); run++) {
				this.raw.run(transactions * BIG, () -> RawSection.life(shard, BIG, transactions));
				this.oneAsync.run(window, () -> one.asyncLives(window));
				this.twoAsync.run(window, () -> two.asyncLives(window));
				this.twoBulk.run(window, () -> two.bulkLives(window));
				this.twoForgetting.run(window, () -> forgetting.asyncLives(window));
			}
		}
		Workspace.delete(rawDirectory);
		Workspace.delete(oneDirectory);
		Workspace.delete(twoDirectory);
		Workspace.delete(forgettingDirectory);
		report(bench);
	}

	private void report(Bench bench) {
		double limit = Samples.median(this.raw.rates);
		bench.report().ceiling(limit);
		List<Shape> shapes = List.of(this.oneAsync, this.twoAsync, this.twoBulk, this.twoForgetting);
		for (Shape shape : shapes) {
			bench.add(NAME, "whole life, " + shape.name, shape.rates, null, "raw limit %,.0f/s".formatted(limit));
		}
		for (Shape shape : shapes) {
			bench.add(Figure.of(NAME, "whole life, " + shape.name + PART_OF_RAW, "", shape.partOf(this.raw),
					(shape == this.twoAsync) ? Figure.Goal.atLeast(0.8) : null, ""));
		}
		for (Shape shape : List.of(this.raw, this.oneAsync, this.twoAsync, this.twoBulk, this.twoForgetting)) {
			bench.add(Figure.of(NAME, "whole life, " + shape.name + ": processor time of a message", "µs", shape.micros,
					null, ""));
		}
	}

	/** One way to do it, and what each run gave. */
	private static final class Shape {

		private final String name;

		private final List<Double> rates = new ArrayList<>();

		private final List<Double> micros = new ArrayList<>();

		Shape(String name) {
			this.name = name;
		}

		void run(int messages, Callable<Double> measurement) throws Exception {
			long cpu = Cpu.nanos();
			this.rates.add(measurement.call());
			this.micros.add(Cpu.microsPerMessage(cpu, messages));
		}

		List<Double> partOf(Shape whole) {
			List<Double> parts = new ArrayList<>();
			for (int run = 0; run < this.rates.size(); run++) {
				parts.add(this.rates.get(run) / whole.rates.get(run));
			}
			return parts;
		}

	}

}
