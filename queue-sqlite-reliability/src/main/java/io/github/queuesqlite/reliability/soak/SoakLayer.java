package io.github.queuesqlite.reliability.soak;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

import io.github.queuesqlite.reliability.ChildProcess;
import io.github.queuesqlite.reliability.Effort;
import io.github.queuesqlite.reliability.Layer;
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
		try (ChildProcess child = ChildProcess.start(SoakMain.class, Map.of(), List.of(),
				List.of(queue.toString(), Long.toString(interval.toMillis()), Long.toString(effort.seed())))) {
			for (int i = 0; i < intervals; i++) {
				String line = child.await(SoakMain.VITALS, interval.toSeconds() + PATIENCE_SECONDS);
				vitals.add(Vitals.parse(line.substring(SoakMain.VITALS.length())));
			}
			child.terminate();
			child.waitFor(PATIENCE_SECONDS);
		}
		Integrity.check(queue).forEach(outcome::violation);
		check(effort, vitals, outcome);
	}

	private static void check(Effort effort, List<Vitals> vitals, Outcome outcome) {
		List<Vitals> early = vitals.subList(vitals.size() / 4, vitals.size() / 2);
		List<Vitals> late = vitals.subList(3 * vitals.size() / 4, vitals.size());
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
		double before = median(early, Vitals::p99Micros);
		double after = median(late, Vitals::p99Micros);
		outcome.sample("p99 of a call, late, ms", after / 1000);
		outcome.sample("drift of the p99, percent", (before > 0) ? 100 * (after - before) / before : 0);
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

	private static double median(List<Vitals> vitals, ToLongFunction<Vitals> value) {
		return vitals.stream().mapToLong(value).sorted().skip(vitals.size() / 2).findFirst().orElse(0);
	}

}
