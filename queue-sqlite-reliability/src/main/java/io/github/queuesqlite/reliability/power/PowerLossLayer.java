package io.github.queuesqlite.reliability.power;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.queuesqlite.Durability;
import io.github.queuesqlite.reliability.ChildProcess;
import io.github.queuesqlite.reliability.Effort;
import io.github.queuesqlite.reliability.Layer;
import io.github.queuesqlite.reliability.Outcome;
import io.github.queuesqlite.reliability.disk.Disk;
import io.github.queuesqlite.reliability.disk.DiskLibrary;
import io.github.queuesqlite.reliability.disk.Trace;

/**
 * Records the writes and syncs of a real run, cuts them at any point, lets any of what
 * was not yet synced survive, and opens what is left.
 */
public final class PowerLossLayer implements Layer {

	private static final int CUTS_OF_A_RECORDING = 50;

	/** Of one cut: more say nothing new. */
	private static final int MOST_SHOWN = 3;

	private static final Duration MAY_LOSE = Duration.ofMillis(200);

	@Override
	public String name() {
		return "power";
	}

	@Override
	public String description() {
		return "The writes and syncs of a mixed load are recorded, cut at any point, and what was not synced is kept,"
				+ " dropped, torn or reordered: at `full` nothing accepted is lost and nothing completed runs again, at"
				+ " `normal` only what is younger than 200 ms; never corruption, no (epoch, run) twice";
	}

	@Override
	public void run(Effort effort, Outcome outcome) throws Exception {
		Optional<DiskLibrary> library = DiskLibrary.compile(effort.directory());
		if (library.isEmpty()) {
			outcome.count(DiskLibrary.SKIPPED, 1);
			return;
		}
		int cuts = effort.count(10, 1000);
		for (Durability durability : Durability.values()) {
			int done = 0;
			while (done < cuts) {
				long seed = effort.seed() * 1_000_003 + 2L * done + durability.ordinal();
				int n = Math.min(CUTS_OF_A_RECORDING, cuts - done);
				new Recording(library.get(), effort, durability, effort.random(seed)).cut(n, outcome);
				done += n;
			}
		}
	}

	/** One run and its cuts. */
	private static final class Recording {

		private final DiskLibrary library;

		private final Effort effort;

		private final Durability durability;

		private final RandomGenerator random;

		Recording(DiskLibrary library, Effort effort, Durability durability, RandomGenerator random) {
			this.library = library;
			this.effort = effort;
			this.durability = durability;
			this.random = random;
		}

		void cut(int cuts, Outcome outcome) throws Exception {
			Path root = Files.createTempDirectory(this.effort.directory().toRealPath(), "recorded-");
			Path file = this.effort.directory().resolve(root.getFileName() + ".trace");
			int processes = this.effort.isLong() ? this.random.nextInt(1, 3) : 1;
			for (int i = 0; i < processes; i++) {
				record(root, file);
			}
			Trace trace = Trace.read(file);
			Disk disk = new Disk(trace);
			Stalls stalls = new Stalls(trace);
			Lives lives = new Lives();
			Accepted.Reader notes = new Accepted.Reader(trace, stalls, lives);
			for (int end : points(trace, cuts)) {
				disk.play(end);
				Accepted accepted = notes.upTo(end);
				long cutAt = trace.entries().get(end - 1).nanos();
				long mustStayBefore = (this.durability == Durability.FULL) ? cutAt
						: lives.mustStayBefore(cutAt, MAY_LOSE.plus(stalls.upTo(end)));
				check(trace, disk, accepted, end, mustStayBefore, outcome);
			}
			delete(root);
			if (outcome.violations().isEmpty()) {
				Files.delete(file);
			}
		}

		private void record(Path root, Path file) throws Exception {
			String millis = Integer.toString(this.effort.isLong() ? this.random.nextInt(500, 2500) : 500);
			List<String> args = List.of(root.toString(), this.durability.name(), Long.toString(this.random.nextLong()),
					millis, shards(), shards());
			try (ChildProcess child = ChildProcess.start(PowerWorkload.class, this.library.recording(root, file),
					List.of(), args)) {
				int code = child.waitFor(300);
				if (code != 0) {
					throw new IllegalStateException("The recorded process ended with " + code);
				}
			}
		}

		private String shards() {
			return Integer.toString(this.random.nextInt(1, 4));
		}

		/** Most anywhere, some just before or after what happens seldom. */
		private int[] points(Trace trace, int cuts) {
			List<Trace.Entry> entries = trace.entries();
			int[] seldom = IntStream.range(0, entries.size()).filter((i) -> switch (entries.get(i).kind()) {
				case TRUNCATE, CREATE, UNLINK, MKDIR, RENAME, EXTEND -> true;
				case OPEN, WRITE, SYNC_BEGIN, SYNC_END -> false;
			}).toArray();
			return IntStream.range(0, cuts).map((i) -> {
				if (i % 3 == 0) {
					int near = seldom[this.random.nextInt(seldom.length)] + this.random.nextInt(-3, 12);
					return Math.max(1, Math.min(entries.size(), near));
				}
				return this.random.nextInt(1, entries.size() + 1);
			}).sorted().toArray();
		}

		private void check(Trace trace, Disk disk, Accepted accepted, int end, long mustStayBefore, Outcome outcome)
				throws Exception {
			Path left = Files.createTempDirectory(this.effort.directory(), "left-");
			disk.cut(left, this.random);
			long cutAt = trace.entries().get(end - 1).nanos();
			Recovery recovery = new Recovery(left, this.durability, accepted, cutAt, mustStayBefore);
			List<String> found = recovery.check();
			String level = this.durability.name().toLowerCase(Locale.ROOT);
			outcome.count("cuts at " + level, 1);
			if (this.durability == Durability.NORMAL) {
				outcome.sample("age of the oldest loss at normal, ms", recovery.oldestLoss().toNanos() / 1e6);
			}
			for (String what : found.subList(0, Math.min(found.size(), MOST_SHOWN))) {
				outcome.violation("At " + level + ", cut after entry " + end + " of " + trace.entries().size() + ": "
						+ what + " (seed " + this.effort.seed() + ")");
			}
			if (found.isEmpty()) {
				delete(left);
			}
		}

		private static void delete(Path directory) throws IOException {
			try (Stream<Path> files = Files.walk(directory)) {
				files.sorted(Comparator.reverseOrder()).forEach((file) -> {
					try {
						Files.delete(file);
					}
					catch (IOException ex) {
						throw new UncheckedIOException(ex);
					}
				});
			}
		}

	}

}
