package io.github.queuesqlite.reliability.sabotage;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.reliability.ChildProcess;
import io.github.queuesqlite.reliability.CoreSources;
import io.github.queuesqlite.reliability.Effort;
import io.github.queuesqlite.reliability.Layer;
import io.github.queuesqlite.reliability.Outcome;
import io.github.queuesqlite.reliability.PlantedChange;
import io.github.queuesqlite.reliability.SideBySide;

/**
 * Plants bugs in the core, one at a time, and demands that the test which stands for the
 * broken rule fails; and that the tests pass without a bug.
 */
public final class SabotageLayer implements Layer {

	/** A broken queue mostly waits for what does not come. */
	private static final int BUGS_AT_ONCE = 3;

	private static final Patience WITHOUT_BUG = new Patience(3600, 300);

	/** What a test with a bug awaits will hardly come. */
	private static final Patience WITH_BUG = new Patience(1800, 15);

	private static final Patience WITH_BUG_IN_EACH_BUILD = new Patience(20, 15);

	@Override
	public String name() {
		return "sabotage";
	}

	@Override
	public String description() {
		return "bugs planted in the core, one at a time: the test of the broken rule fails";
	}

	@Override
	public String details(Map<String, String> notes) {
		if (notes.isEmpty()) {
			return "";
		}
		StringBuilder text = new StringBuilder("### Planted bugs, and what noticed them\n\n");
		text.append("| Rule | Planted bug | Caught by | Seen |\n|---|---|---|---|\n");
		String rule = "";
		for (PlantedBug bug : PlantedBugs.all()) {
			text.append("| ").append(bug.rule().equals(rule) ? "" : bug.rule()).append(" | ").append(bug.name());
			text.append(" | ").append(bug.test().shown());
			text.append(" | ").append(notes.getOrDefault(bug.name(), "not yet")).append(" |\n");
			rule = bug.rule();
		}
		return text.toString();
	}

	@Override
	public void run(Effort effort, Outcome outcome) throws Exception {
		List<PlantedBug> all = PlantedBugs.all();
		try (CoreSources sources = CoreSources.open()) {
			run(all, sources, effort, outcome);
		}
	}

	private static void run(List<PlantedBug> all, CoreSources sources, Effort effort, Outcome outcome)
			throws Exception {
		for (Collection<PlantedChange> round : rounds(all, sources)) {
			sources.compileTogether(round, effort.directory().resolve("classes"));
		}
		List<PlantedBug> chosen = new ArrayList<>(all);
		// A whole layer takes minutes.
		chosen.removeIf((bug) -> (bug.test().isLayer() || PlantedBugs.MISSED.contains(bug.name())) && !effort.isLong());
		Collections.shuffle(chosen, new Random(effort.seed()));
		chosen = chosen.subList(0, Math.min(chosen.size(), effort.count(2, all.size())));
		chosen.sort(Comparator.comparing((bug) -> !bug.test().isLayer()));
		List<TestName> tests = chosen.stream().map(PlantedBug::test).distinct().toList();
		String passing = run(System.getProperty("java.class.path"), tests, effort, WITHOUT_BUG);
		if (!passing.isEmpty()) {
			outcome.violation("Expected that the tests pass without a bug, found: " + passing);
			return;
		}
		outcome.count("planted bugs", 0);
		SideBySide.run(BUGS_AT_ONCE, chosen.stream().map((bug) -> (Callable<?>) () -> {
			try {
				plant(bug, sources, effort, outcome);
			}
			catch (IllegalStateException ex) {
				outcome.violation("Expected that '" + bug.name() + "' can be planted and run, found " + ex);
			}
			return null;
		}).toList());
	}

	/** All of them, in as few groups as possible without two of one file in any. */
	private static List<Collection<PlantedChange>> rounds(List<PlantedBug> bugs, CoreSources sources) {
		Map<String, Deque<PlantedChange>> byFile = new LinkedHashMap<>();
		for (PlantedBug bug : bugs) {
			byFile.computeIfAbsent(sources.fileOf(bug.change()), (file) -> new ArrayDeque<>()).add(bug.change());
		}
		List<Collection<PlantedChange>> rounds = new ArrayList<>();
		while (!byFile.isEmpty()) {
			rounds.add(byFile.values().stream().map(Deque::remove).toList());
			byFile.values().removeIf(Collection::isEmpty);
		}
		return rounds;
	}

	private static void plant(PlantedBug bug, CoreSources sources, Effort effort, Outcome outcome) throws Exception {
		Path classes = Files.createTempDirectory(effort.directory(), "bug");
		synchronized (sources) {
			sources.compile(bug.change(), classes);
		}
		long start = System.nanoTime();
		String failure = run(classes + File.pathSeparator + System.getProperty("java.class.path"), List.of(bug.test()),
				effort, effort.isLong() ? WITH_BUG : WITH_BUG_IN_EACH_BUILD);
		outcome.count("planted bugs", 1);
		outcome.sample("time to catch a bug, s", (System.nanoTime() - start) / 1e9);
		outcome.note(bug.name(), failure.isEmpty() ? "not caught" : "caught");
		if (failure.isEmpty()) {
			outcome.violation("Expected that " + bug.test() + " fails with the planted bug '" + bug.name()
					+ "', found that it passes");
		}
		else {
			outcome.count("caught", 1);
		}
	}

	/** Runs tests; returns what failed, empty when nothing did. */
	private static String run(String classPath, Collection<TestName> tests, Effort effort, Patience patience)
			throws Exception {
		List<String> methods = tests.stream().filter((test) -> !test.isLayer()).map(TestName::toString).toList();
		String failed = methods.isEmpty() ? "" : run(classPath, TestRun.class, methods, effort.directory(), patience);
		for (TestName test : tests) {
			if (test.isLayer() && failed.isEmpty()) {
				failed = run(classPath, LayerRun.class,
						List.of(test.type(), effort.directory().toString(), Long.toString(effort.seed())),
						effort.directory(), patience);
			}
		}
		return failed;
	}

	private static String run(String classPath, Class<?> main, List<String> args, Path directory, Patience patience)
			throws Exception {
		try (ChildProcess child = ChildProcess.start(classPath, main, Map.of(),
				List.of("-Xmx512m", "-Djava.io.tmpdir=" + directory, "-Dtest.patience=" + patience.awaits()), args)) {
			StringBuilder failures = new StringBuilder();
			long start = System.nanoTime();
			String line = "";
			while (line == null || !line.startsWith("RAN ")) {
				boolean alive = child.isAlive();
				line = child.nextLine(1);
				if (line != null && line.startsWith("FAILED ")) {
					failures.append(line).append("; ");
				}
				if (line == null && !alive) {
					break;
				}
				if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(patience.seconds())) {
					child.kill();
					if (main == LayerRun.class) {
						// A layer has limits of its own for what hangs: this one is slow.
						throw new IllegalStateException("The layer did not end within " + patience.seconds() + " s");
					}
					return "no end within " + patience.seconds() + " s";
				}
			}
			int code = child.waitFor(patience.seconds());
			return switch (code) {
				case TestRun.PASSED -> "";
				case TestRun.FAILED -> failures.toString();
				default -> throw new IllegalStateException("Could not run " + args + ", code " + code);
			};
		}
	}

	/**
	 * How long tests may take. One that hangs has failed.
	 *
	 * @param seconds all of a JVM
	 * @param awaits seconds that each waits for one thing
	 */
	private record Patience(long seconds, long awaits) {

	}

}
