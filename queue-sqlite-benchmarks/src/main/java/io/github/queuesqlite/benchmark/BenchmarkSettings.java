package io.github.queuesqlite.benchmark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * What to measure.
 *
 * @param quick fewer and shorter runs
 * @param only names of sections; empty for all
 * @param directory where files are made and deleted; null for the system's temporary one
 * @param output the folder of {@code performance.md} and {@code performance.json}
 * @param check only compare the ratios with those of the reports in that folder
 * @param scale divides every count: 1 unless a test wants it over soon
 */
record BenchmarkSettings(boolean quick, List<String> only, @Nullable Path directory, Path output, boolean check,
		int scale) {

	static final String USAGE = """
			Options: --quick            fewer and shorter runs, in less than 3 minutes: without idle, steady and parts
			                            unless they are named, and the peers at their best only
			         --only=a,b         these sections only: raw, life, bulk, producers, latency, idle, tables, backlog,
			                            shapes, sizes, during, across, steady, peers, parts
			         --directory=path   where the files are made (and deleted); its disk is what is measured
			         --output=path      folder of performance.md and performance.json, docs unless given
			         --check            write nothing: fail when a part of the raw limit is more than 15 % below that
			                            of performance.json""";

	private static final Set<String> SLOW = Set.of(IdleSection.NAME, SteadySection.NAME, PartsSection.NAME);

	static BenchmarkSettings parse(String... args) {
		boolean quick = false;
		List<String> only = List.of();
		Path directory = null;
		Path output = Path.of("docs");
		boolean check = false;
		for (String arg : words(args)) {
			if (arg.equals("--quick")) {
				quick = true;
			}
			else if (arg.equals("--check")) {
				check = true;
			}
			else if (arg.startsWith("--only=")) {
				only = List.of(value(arg).split(",", -1));
			}
			else if (arg.startsWith("--directory=")) {
				directory = Path.of(value(arg));
			}
			else if (arg.startsWith("--output=")) {
				output = Path.of(value(arg));
			}
			else {
				throw new IllegalArgumentException("Unknown option '" + arg + "'.\n" + USAGE);
			}
		}
		return new BenchmarkSettings(quick, only, directory, output, check, 1);
	}

	private static List<String> words(String... args) {
		List<String> words = new ArrayList<>();
		for (String arg : args) {
			for (String word : arg.trim().split("\\s+", -1)) {
				if (!word.isEmpty()) {
					words.add(word);
				}
			}
		}
		return words;
	}

	private static String value(String arg) {
		return arg.substring(arg.indexOf('=') + 1);
	}

	/** A quick run has no time for what takes its time, unless that was asked for. */
	boolean includes(String section) {
		return this.only.isEmpty() ? !(this.quick && SLOW.contains(section)) : this.only.contains(section);
	}

	/** How often each figure is taken. */
	int runs() {
		return this.quick ? 3 : 5;
	}

	int count(int full, int quick) {
		return Math.max(1, (this.quick ? quick : full) / this.scale);
	}

}
