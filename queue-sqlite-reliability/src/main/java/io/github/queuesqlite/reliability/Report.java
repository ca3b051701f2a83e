package io.github.queuesqlite.reliability;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The report, from the ledger. What ran before a layer last found something counts as
 * found, not as shown.
 */
final class Report {

	private static final String HEAD = """
			# Reliability: what was tried, what was found

			Written by the campaign in `queue-sqlite-reliability` from its ledger; do not edit. The short set runs in each
			build. The long one, or a part of it, is run and added to the ledger and this page by

			```shell
			mvn -q -pl queue-sqlite-reliability -am test-compile exec:exec -Dcampaign.args="--long"
			```

			Options: `--only=kill`, `--count=500`, `--duration=20m`, `--seed=…`. A row counts all runs of this version since the
			layer last found something; what was found stands below.
			""";

	private static final String NOT_COVERED = """

			## Not covered

			- Real power cuts, and disks that acknowledge what they did not write: power loss is played on the recorded stream of
			  writes and syncs, which trusts a sync that returned.
			- Operating systems other than Linux, file systems other than the one of the machine, defects of either.
			- Network file systems: the start is refused.
			- More than one machine, and virtual machines that share a directory.
			- Handlers' effects outside the queue: a handler may run twice.
			""";

	private static final int MOST_TEXT = 300;

	private final List<Layer> layers;

	private final List<Ledger.Entry> entries;

	Report(List<Layer> layers, List<Ledger.Entry> entries) {
		this.layers = layers;
		this.entries = entries;
	}

	String text() {
		StringBuilder text = new StringBuilder(HEAD);
		for (String version : versions()) {
			List<Ledger.Entry> runs = this.entries.stream().filter((entry) -> entry.version().equals(version)).toList();
			version(text, version, runs);
		}
		text.append(NOT_COVERED);
		return text.toString();
	}

	/** The one that ran last comes first. */
	private List<String> versions() {
		List<String> versions = new ArrayList<>();
		for (Ledger.Entry entry : this.entries) {
			versions.remove(entry.version());
			versions.add(0, entry.version());
		}
		return versions;
	}

	private void version(StringBuilder text, String version, List<Ledger.Entry> runs) {
		text.append("\n## Version %s%n%n".formatted(version));
		text.append(
				"| Layer | What was done, what must hold | Counts | Broken | Time | Last run |\n|---|---|---|---|---|---|\n");
		for (Layer layer : this.layers) {
			row(text, layer, sinceFinding(layer, runs));
		}
		samples(text, runs);
		found(text, runs);
		details(text, runs);
	}

	private void row(StringBuilder text, Layer layer, List<Ledger.Entry> runs) {
		Map<String, Long> counts = new LinkedHashMap<>();
		runs.forEach((run) -> run.counts().forEach((name, n) -> counts.merge(name, n, Long::sum)));
		List<String> parts = new ArrayList<>();
		counts.forEach((name, n) -> parts.add(String.format(Locale.ROOT, "%,d %s", n, name)));
		long seconds = runs.stream().mapToLong(Ledger.Entry::seconds).sum();
		String last = runs.isEmpty() ? "never"
				: LocalDate.ofInstant(runs.get(runs.size() - 1).at(), ZoneOffset.UTC).toString();
		text.append("| `%s` | %s | %s | %d | %s | %s |%n".formatted(layer.name(), cell(layer.description()),
				cell(String.join(", ", parts)), runs.stream().mapToInt((run) -> run.violations().size()).sum(),
				time(seconds), last));
	}

	private static String time(long seconds) {
		return (seconds < 120) ? seconds + " s" : seconds / 60 + " min";
	}

	/**
	 * The runs after the last that found something; that one alone when it is the last.
	 */
	private static List<Ledger.Entry> sinceFinding(Layer layer, List<Ledger.Entry> all) {
		List<Ledger.Entry> runs = all.stream().filter((run) -> run.layer().equals(layer.name())).toList();
		int from = 0;
		for (int i = 0; i < runs.size(); i++) {
			if (!runs.get(i).violations().isEmpty()) {
				from = Math.min(i + 1, runs.size() - 1);
			}
		}
		return runs.subList(from, runs.size());
	}

	private void samples(StringBuilder text, List<Ledger.Entry> runs) {
		Map<String, List<Double>> samples = new LinkedHashMap<>();
		for (Layer layer : this.layers) {
			for (Ledger.Entry run : sinceFinding(layer, runs)) {
				run.samples()
					.forEach((name, values) -> samples
						.computeIfAbsent("`" + layer.name() + "` | " + cell(name), (key) -> new ArrayList<>())
						.addAll(values));
			}
		}
		if (!samples.isEmpty()) {
			text.append("\n| Layer | Measured | Samples | p50 | p95 | p99 | most |\n|---|---|---|---|---|---|---|\n");
			samples.forEach((name, values) -> text.append(percentiles(name, values)));
		}
	}

	private static String percentiles(String name, List<Double> values) {
		List<Double> sorted = values.stream().sorted().toList();
		return String.format(Locale.ROOT, "| %s | %,d | %.1f | %.1f | %.1f | %.1f |%n", name, sorted.size(),
				percentile(sorted, 50), percentile(sorted, 95), percentile(sorted, 99), percentile(sorted, 100));
	}

	private static double percentile(List<Double> sorted, int percent) {
		int rank = (int) Math.ceil(percent / 100.0 * sorted.size());
		return sorted.get(Math.max(0, rank - 1));
	}

	private void details(StringBuilder text, List<Ledger.Entry> runs) {
		for (Layer layer : this.layers) {
			Map<String, String> notes = new LinkedHashMap<>();
			runs.stream().filter((run) -> run.layer().equals(layer.name())).forEach((run) -> notes.putAll(run.notes()));
			String details = layer.details(notes);
			text.append(details.isEmpty() ? "" : "\n" + details);
		}
	}

	private static void found(StringBuilder text, List<Ledger.Entry> runs) {
		List<Ledger.Entry> broken = runs.stream().filter((run) -> !run.violations().isEmpty()).toList();
		if (!broken.isEmpty()) {
			text.append("\n### Found on the way\n\n");
			for (Ledger.Entry run : broken) {
				text.append("- %s, `%s`, seed %d: %s%n".formatted(LocalDate.ofInstant(run.at(), ZoneOffset.UTC),
						run.layer(), run.seed(), beginning(run.violations().get(0))));
			}
		}
	}

	/** Of the first line, as it is. */
	private static String beginning(String text) {
		String line = text.lines().findFirst().orElse("");
		String shown = (line.length() <= MOST_TEXT) ? line : line.substring(0, MOST_TEXT) + "…";
		return shown.replaceAll("[\\\\`*_<\\[]", "\\\\$0");
	}

	/** A bar would end the cell. */
	private static String cell(String text) {
		return text.replace("|", "\\|");
	}

}
