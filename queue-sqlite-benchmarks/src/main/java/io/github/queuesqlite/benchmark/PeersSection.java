package io.github.queuesqlite.benchmark;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

import io.github.queuesqlite.benchmark.peer.Contest;
import io.github.queuesqlite.benchmark.peer.ContestantKind.Settings;
import io.github.queuesqlite.benchmark.peer.ContestantKind;
import io.github.queuesqlite.benchmark.peer.ContestantResult;
import io.github.queuesqlite.benchmark.peer.Plan;

/** The queue and what people use today, one after the other on the same disk. */
final class PeersSection implements Section {

	static final String NAME = "peers";

	private final Map<ContestantKind, ContestantResult> results = new EnumMap<>(ContestantKind.class);

	@Override
	public void measure(Bench bench) throws Exception {
		boolean quick = bench.settings().quick();
		Plan plan = new Plan(bench.rounds(), bench.window(1500, 500), bench.window(3000, 1000));
		for (ContestantKind kind : ContestantKind.values()) {
			// What is slow by default is slow for a long time: not for a quick run.
			if (!quick || kind == ContestantKind.QUEUE || kind.settings() == Settings.BEST) {
				Path directory = bench.workspace().next("peers-" + kind.name().toLowerCase(Locale.ROOT));
				this.results.put(kind, Contest.run(kind, directory, plan));
				Workspace.delete(directory);
			}
		}
		report(bench);
	}

	private void report(Bench bench) {
		this.results.values().forEach((result) -> bench.report().add(NAME, result));
		bench.report().add(rates());
		bench.report().add(latencies());
		bench.report().add(settings(bench.settings().quick()));
		PeerRatios.of(this.results).forEach(bench.report()::addFurther);
	}

	private Table rates() {
		Table table = Table.of(NAME, "Messages a second", "", "Enqueue, 1 thread", "Enqueue, 8 threads",
				"Enqueue, many at once", "Drain", "Whole life", "CPU µs of a whole life");
		this.results.values()
			.forEach((result) -> table.row(name(result.kind()), result.median(ContestantResult.ENQUEUE_1),
					result.median(ContestantResult.ENQUEUE_8), result.median(ContestantResult.BULK),
					result.median(ContestantResult.DRAIN), result.median(ContestantResult.LIVES),
					result.median(ContestantResult.CPU)));
		return table;
	}

	private Table latencies() {
		Table table = Table.of(NAME, "At 300 messages a second, and what went wrong in all of it", "",
				"Call to handler, p50 ms", "p99 ms", "Longest pause of the handlers, s", "fsync beside it, p50 ms",
				"Errors and warnings seen");
		this.results.values()
			.forEach((result) -> table.row(name(result.kind()), result.median(ContestantResult.PACED_P50),
					result.median(ContestantResult.PACED_P99), result.median(ContestantResult.PAUSE),
					result.median(ContestantResult.FSYNC), failures(result)));
		return table;
	}

	private Table settings(boolean untried) {
		Table table = Table.of(NAME, "Settings", "", "Threads", "Others");
		this.results.values()
			.forEach((result) -> table.row(name(result.kind()), threads(result, untried), result.kind().description()));
		return table;
	}

	private static String threads(ContestantResult result, boolean untried) {
		String taken = "%.0f".formatted(result.median(ContestantResult.THREADS));
		List<Integer> candidates = result.kind().threads();
		if (candidates.size() == 1) {
			return taken;
		}
		return taken + (untried ? ", not tried out" : ", the fastest of " + candidates);
	}

	static String name(ContestantKind kind) {
		return kind.product() + ", " + kind.settings();
	}

	private static String failures(ContestantResult result) {
		return result.failures().isEmpty() ? "none"
				: result.failures()
					.entrySet()
					.stream()
					.map((entry) -> "%,d × %s".formatted(entry.getValue(), entry.getKey().replace("|", "/")))
					.collect(Collectors.joining("; "));
	}

}
