package io.github.queuesqlite.reliability.soak;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ObjDoubleConsumer;
import java.util.function.ToLongFunction;

import io.github.queuesqlite.reliability.ChildProcess;
import io.github.queuesqlite.reliability.Effort;
import io.github.queuesqlite.reliability.Layer;
import io.github.queuesqlite.reliability.Machine;
import io.github.queuesqlite.reliability.Outcome;
import io.github.queuesqlite.reliability.history.Integrity;

/** Lets a queue work and compares what it uses early with what it uses late. */
public final class SoakLayer implements Layer {

	private static final Duration SHORT = Duration.ofSeconds(8);

	private static final Duration LONG = Duration.ofMinutes(45);

	/** Of which the first part, in which everything grows to its size, does not count. */
	private static final int INTERVALS = 40;

	private static final Duration LEAST_INTERVAL = Duration.ofMillis(500);

	/** However slow the machine is. */
	private static final long PATIENCE_SECONDS = 120;

	private static final Duration SYNC_PAUSE = Duration.ofMillis(50);

	private static final double LEAST_SYNC_MILLIS = 0.001;

	private static final long MEGABYTE = 1024 * 1024;

	private static final long MOST_WAL = 129 * MEGABYTE;

	@Override
	public String name() {
		return "soak";
	}

	@Override
	public String description() {
		return "Mixed load for long, ended messages are soon deleted: heap after a collection, descriptors, threads,"
				+ " files and write-ahead logs do not grow";
	}

	@Override
	public void run(Effort effort, Outcome outcome) throws Exception {
		Duration duration = effort.duration(SHORT, LONG);
		Duration part = duration.dividedBy(INTERVALS);
		Duration interval = (part.compareTo(LEAST_INTERVAL) < 0) ? LEAST_INTERVAL : part;
		int intervals = (int) Math.max(4, duration.dividedBy(interval));
		Path queue = effort.directory().resolve("queue");
		List<Vitals> vitals = new ArrayList<>();
		List<Double> syncs = new ArrayList<>();
		Syncs disk = new Syncs();
		try (Machine machine = Machine.measured(effort.directory().resolve("machine"), SYNC_PAUSE, disk);
				ChildProcess child = ChildProcess.start(SoakMain.class, Map.of(), List.of(),
						List.of(queue.toString(), Long.toString(interval.toMillis()), Long.toString(effort.seed())))) {
			for (int i = 0; i < intervals; i++) {
				String line = child.await(SoakMain.VITALS, interval.toSeconds() + PATIENCE_SECONDS);
				vitals.add(Vitals.parse(line.substring(SoakMain.VITALS.length())));
				syncs.add(disk.takeP99());
			}
			child.terminate();
			child.waitFor(PATIENCE_SECONDS);
		}
		Integrity.check(queue).forEach(outcome::violation);
		check(effort, vitals, outcome);
		compare(vitals, syncs, outcome);
	}

	/** The second quarter: the first one does not count. */
	private static <T> List<T> early(List<T> values) {
		return values.subList(values.size() / 4, values.size() / 2);
	}

	private static <T> List<T> late(List<T> values) {
		return values.subList(3 * values.size() / 4, values.size());
	}

	private static void check(Effort effort, List<Vitals> vitals, Outcome outcome) {
		List<Vitals> early = early(vitals);
		List<Vitals> late = late(vitals);
		outcome.count("minutes", effort.duration(SHORT, LONG).toMinutes());
		outcome.count("messages", vitals.get(vitals.size() - 1).stored());
		flat(effort, "bytes of heap", early, late, Vitals::heap, 4 * MEGABYTE, outcome);
		flat(effort, "descriptors", early, late, Vitals::descriptors, 8, outcome);
		flat(effort, "threads", early, late, Vitals::threads, 8, outcome);
		flat(effort, "bytes of files", early, late, Vitals::files, 8 * MEGABYTE, outcome);
		long wal = vitals.stream().mapToLong(Vitals::wal).max().orElse(0);
		if (wal > MOST_WAL) {
			outcome.violation("Write-ahead logs: expected at most %d bytes, found %d (seed %d)".formatted(MOST_WAL, wal,
					effort.seed()));
		}
		outcome.sample("heap at the end, MB", least(late, Vitals::heap) / (double) MEGABYTE);
		outcome.sample("largest write-ahead logs, MB", wal / (double) MEGABYTE);
	}

	/** What a call takes, and what the disk it waits for takes meanwhile. */
	private static void compare(List<Vitals> vitals, List<Double> syncs, Outcome outcome) {
		List<Double> calls = new ArrayList<>();
		List<Double> ratios = new ArrayList<>();
		for (int i = 0; i < vitals.size(); i++) {
			calls.add(vitals.get(i).p99Micros() / 1000.0);
			ratios.add(calls.get(i) / Math.max(syncs.get(i), LEAST_SYNC_MILLIS));
		}
		outcome.sample("p99 of a call, late, ms", median(late(calls)));
		outcome.sample("beside it: p99 of a sync of 4 KB, late, ms", median(late(syncs)));
		outcome.sample("drift of the p99 of a call, percent", drift(calls));
		outcome.sample("beside it: drift of the p99 of a sync, percent", drift(syncs));
		outcome.sample("drift of a call's p99 in syncs, percent", drift(ratios));
	}

	private static double drift(List<Double> values) {
		double before = median(early(values));
		return (before > 0) ? 100 * (median(late(values)) - before) / before : 0;
	}

	/** What goes up and down counts by its least value. */
	private static void flat(Effort effort, String what, List<Vitals> early, List<Vitals> late,
			ToLongFunction<Vitals> value, long slack, Outcome outcome) {
		long before = least(early, value);
		long after = least(late, value);
		if (after > before + before / 10 + slack) {
			outcome.violation("Leak: expected about %d %s, as early, found %d late; early %s, late %s (seed %d)"
				.formatted(before, what, after, early, late, effort.seed()));
		}
	}

	private static long least(List<Vitals> vitals, ToLongFunction<Vitals> value) {
		return vitals.stream().mapToLong(value).min().orElse(0);
	}

	private static double median(List<Double> values) {
		return values.stream().sorted().skip(values.size() / 2).findFirst().orElse(0.0);
	}

	/** The syncs of an interval. */
	private static final class Syncs implements ObjDoubleConsumer<String> {

		private final List<Double> millis = new ArrayList<>();

		@Override
		public synchronized void accept(String what, double value) {
			if (what.equals(Machine.SYNC)) {
				this.millis.add(value);
			}
		}

		synchronized double takeP99() {
			List<Double> sorted = this.millis.stream().sorted().toList();
			this.millis.clear();
			return sorted.isEmpty() ? 0 : sorted.get((int) Math.ceil(0.99 * sorted.size()) - 1);
		}

	}

}
