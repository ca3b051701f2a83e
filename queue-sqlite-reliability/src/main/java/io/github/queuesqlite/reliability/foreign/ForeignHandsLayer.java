package io.github.queuesqlite.reliability.foreign;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

import io.github.queuesqlite.reliability.Effort;
import io.github.queuesqlite.reliability.Layer;
import io.github.queuesqlite.reliability.Outcome;

/** Lays foreign hands on directories that processes work in, and on their clock. */
public final class ForeignHandsLayer implements Layer {

	private static final int LONG_ROUNDS = 50;

	/** In each build; all of them by the tests of the core, and in each long round. */
	private static final int SHORT_TAMPERINGS = 2;

	private static final int SHORT_VISITS = 10;

	private static final int LONG_VISITS = 30;

	private static final int LONG_REPLACEMENTS = 3;

	/** More than one round makes. */
	private static final int NUMBERS = 100;

	@Override
	public String name() {
		return "foreign-hands";
	}

	@Override
	public String description() {
		return "The library in a second class loader; the `sqlite3` shell reads, holds locks, writes, checkpoints, vacuums"
				+ " and changes messages; backup tools copy what is in use; files and logs are deleted, moved, cut, replaced"
				+ " and overwritten under a process; the wall clock jumps by seconds, hours and years, both ways: refused,"
				+ " harmless, or the shard is taken out of use by name, never lost in silence; leases and order survive";
	}

	@Override
	public void run(Effort effort, Outcome outcome) throws Exception {
		String shell = Shell.version();
		if (shell.isEmpty()) {
			outcome.count("skipped: there is no sqlite3 shell", 1);
		}
		boolean isLong = effort.isLong() || effort.count() != null;
		for (int round = 0; round < effort.count(1, LONG_ROUNDS) && outcome.violations().isEmpty(); round++) {
			int number = round * NUMBERS;
			clock(effort, number, isLong ? LONG_REPLACEMENTS : 0, outcome);
			try (SecondClassLoader loader = new SecondClassLoader(effort, number + 1, outcome)) {
				loader.run();
			}
			if (!shell.isEmpty()) {
				new ForeignRows(outcome, "seed %d, round %d".formatted(effort.seed(), round))
					.run(effort.directory().resolve("rows-" + round), effort.random(-1 - number));
				try (VisitedDirectory directory = new VisitedDirectory(effort, number + 2, outcome)) {
					directory.run(isLong ? LONG_VISITS : SHORT_VISITS, isLong);
				}
			}
			tamper(effort, number + 3, isLong ? Integer.MAX_VALUE : SHORT_TAMPERINGS, !shell.isEmpty(), outcome);
		}
	}

	private static void clock(Effort effort, int number, int replacements, Outcome outcome) throws Exception {
		try (SetClock clock = new SetClock(effort, number, outcome)) {
			clock.run(replacements);
		}
		OrderedRuns.run(effort.directory().resolve("ordered-" + number), effort.random(-2 - number), outcome);
	}

	private static void tamper(Effort effort, int from, int most, boolean hasShell, Outcome outcome) throws Exception {
		List<Tampering> all = new ArrayList<>(Arrays.asList(Tampering.values()));
		RandomGenerator random = effort.random(-3 - from);
		for (int i = 0; i < most && !all.isEmpty() && outcome.violations().isEmpty(); i++) {
			Tampering tampering = all.remove(random.nextInt(all.size()));
			try (TamperedDirectory directory = new TamperedDirectory(tampering, hasShell, effort, from + i, outcome)) {
				directory.run();
			}
		}
	}

}
