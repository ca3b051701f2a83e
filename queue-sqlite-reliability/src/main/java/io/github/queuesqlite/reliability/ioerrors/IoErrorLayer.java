package io.github.queuesqlite.reliability.ioerrors;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

import io.github.queuesqlite.reliability.ChildProcess;
import io.github.queuesqlite.reliability.Effort;
import io.github.queuesqlite.reliability.Layer;
import io.github.queuesqlite.reliability.Outcome;
import io.github.queuesqlite.reliability.SideBySide;
import io.github.queuesqlite.reliability.disk.DiskLibrary;
import io.github.queuesqlite.reliability.disk.FaultControl;

/**
 * Makes the n-th write, sync, open or truncate of an operation fail, once or for good.
 */
public final class IoErrorLayer implements Layer {

	/** A run has its own deadline; this is for a process that says nothing at all. */
	private static final long SILENCE_SECONDS = 600;

	/**
	 * They wait for most of their time: for retries, and for what must come by itself.
	 */
	private static final int AT_ONCE = 6;

	private static final Duration NO_END = Duration.ofDays(30);

	@Override
	public String name() {
		return "io-errors";
	}

	@Override
	public String description() {
		return "The n-th write, sync, open or truncate of each operation fails with EIO, ENOSPC or EROFS, once or for"
				+ " good, n from 1 to the last: no wrong success, the caller is told, the other shard goes on, the service"
				+ " resumes by itself, never a hang, never corruption";
	}

	@Override
	public String details(Map<String, String> notes) {
		if (notes.isEmpty()) {
			return "";
		}
		StringBuilder text = new StringBuilder("### Operations in which each call was made to fail\n\n");
		text.append("| Operation | Faults |\n|---|---|\n");
		for (Scenario scenario : Scenario.values()) {
			text.append("| `%s` | %s |%n".formatted(scenario, notes.getOrDefault(scenario.toString(), "not yet")));
		}
		return text.toString();
	}

	@Override
	public void run(Effort effort, Outcome outcome) throws Exception {
		Optional<DiskLibrary> library = DiskLibrary.compile(effort.directory());
		if (library.isEmpty()) {
			outcome.count(DiskLibrary.SKIPPED, 1);
			return;
		}
		int samples = effort.count(16, 0);
		if (samples > 0) {
			run(List.of(Integer.toString(samples)), library.get(), effort, outcome);
		}
		else {
			all(library.get(), effort, outcome);
		}
	}

	/**
	 * Begins with another scenario each time, so that several runs that are ended early
	 * come to all.
	 */
	private static void all(DiskLibrary library, Effort effort, Outcome outcome) throws Exception {
		List<Scenario> scenarios = new ArrayList<>(List.of(Scenario.values()));
		Collections.rotate(scenarios, effort.random(0).nextInt(scenarios.size()));
		long end = System.nanoTime() + effort.duration(NO_END, NO_END).toNanos();
		List<Callable<?>> works = new ArrayList<>();
		for (Scenario scenario : scenarios) {
			Tally tally = new Tally(scenario, outcome);
			for (FaultControl.Call call : FaultControl.Call.values()) {
				works.add(() -> {
					if (System.nanoTime() - end <= 0) {
						tally.add(run(List.of(scenario.toString(), call.toString()), library, effort, outcome));
					}
					return null;
				});
			}
		}
		SideBySide.run(AT_ONCE, works);
	}

	/**
	 * What is run in one process, which has a directory of its own; returns how many
	 * faults there were, empty unless all were tried.
	 */
	private static List<Integer> run(List<String> what, DiskLibrary library, Effort effort, Outcome outcome)
			throws Exception {
		String name = String.join("-", what);
		Path root = Files.createDirectory(effort.directory().toRealPath().resolve("faults-" + name));
		Path control = effort.directory().resolve("control-" + name);
		new FaultControl(control).disarm();
		List<String> args = new ArrayList<>(List.of(root.toString(), control.toString(), Long.toString(effort.seed())));
		args.addAll(what);
		List<Integer> all = new ArrayList<>();
		try (ChildProcess child = ChildProcess.start(FaultMain.class, library.failing(root, control), List.of(),
				args)) {
			if (read(child, outcome, all)) {
				child.waitFor(SILENCE_SECONDS);
			}
		}
		return all;
	}

	/** Returns whether the process came to its end. */
	private static boolean read(ChildProcess child, Outcome outcome, List<Integer> all) throws InterruptedException {
		String running = "nothing";
		while (true) {
			String line = child.nextLine(SILENCE_SECONDS);
			if (line == null) {
				outcome.violation("The process said nothing more after: " + running);
				return false;
			}
			int space = line.indexOf(' ');
			switch ((space < 0) ? line : line.substring(0, space)) {
				case "run" -> running = line.substring(4);
				case "found" -> outcome.violation(line.substring(6));
				case "ran" -> {
					outcome.count("faults", line.startsWith("ran true") ? 1 : 0);
					outcome.count("runs without the call", line.startsWith("ran true") ? 0 : 1);
					outcome.count("faults that were told", line.equals("ran true true") ? 1 : 0);
				}
				case "all" -> all.add(Integer.valueOf(line.substring(4)));
				case "end" -> {
					return true;
				}
				default -> {
				}
			}
		}
	}

	/**
	 * How many faults a scenario had: noted once each kind of call was tried to its end.
	 */
	private static final class Tally {

		private final Scenario scenario;

		private final Outcome outcome;

		private int kinds;

		private int faults;

		Tally(Scenario scenario, Outcome outcome) {
			this.scenario = scenario;
			this.outcome = outcome;
		}

		/** Adds what one kind had; empty unless it came to its end. */
		synchronized void add(List<Integer> faults) {
			this.kinds += faults.size();
			this.faults += faults.stream().mapToInt(Integer::intValue).sum();
			if (this.kinds == FaultControl.Call.values().length) {
				this.outcome.note(this.scenario.toString(), Integer.toString(this.faults));
			}
		}

	}

}
