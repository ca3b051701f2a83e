package io.github.queuesqlite.benchmark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A million ready messages: put in, found at the start, also after a kill, and worked off
 * with a small heap.
 */
final class BacklogSection implements Section {

	static final String NAME = "backlog";

	private static final String HEAP = "-Xmx256m";

	@Override
	public void measure(Bench bench) throws Exception {
		Path directory = bench.workspace().next("backlog");
		int messages = bench.count(1_000_000, 200_000);
		String many = "%,d ready messages".formatted(messages);
		Map<String, Double> fill = Child.run("fill", directory, messages, HEAP);
		add(bench, many + " put in with " + HEAP + ": heap at its peak", "MB", List.of(value(fill, "heap")),
				Figure.Goal.atMost(256));
		List<Double> first = new ArrayList<>();
		List<Double> sinceJvm = new ArrayList<>();
		for (int run = 0; run < bench.runs() - 1; run++) {
			Map<String, Double> start = Child.run("start", directory, messages, HEAP);
			first.add(value(start, "first") / 1000);
			sinceJvm.add(value(start, "firstSinceJvm") / 1000);
		}
		List<Double> firstAfterKill = new ArrayList<>();
		for (int run = 0; run < bench.runs(); run++) {
			Child.run("die", directory, messages, HEAP);
			firstAfterKill.add(value(Child.run("start", directory, messages, HEAP), "first") / 1000);
		}
		Map<String, Double> drain = Child.run("drain", directory, messages, HEAP);
		first.add(value(drain, "first") / 1000);
		sinceJvm.add(value(drain, "firstSinceJvm") / 1000);
		Workspace.delete(directory);
		add(bench, many + ": opened to first handler", "s", first, Figure.Goal.atMost(2));
		add(bench, many + ", killed: opened to first handler", "s", firstAfterKill, Figure.Goal.atMost(2));
		add(bench, many + ": start of the JVM to first handler", "s", sinceJvm, Figure.Goal.atMost(2));
		add(bench, many + " worked off with " + HEAP + ": heap at its peak", "MB", List.of(value(drain, "heap")),
				Figure.Goal.atMost(256));
		bench.add(Figure.of(NAME, many + " worked off with " + HEAP, "/s", List.of(value(drain, "drained")), null, ""));
	}

	private static double value(Map<String, Double> values, String name) {
		return Objects.requireNonNull(values.get(name), name);
	}

	private static void add(Bench bench, String name, String unit, List<Double> values, Figure.Goal goal) {
		bench.add(Figure.of(NAME, name, unit, values, goal, ""));
	}

}
