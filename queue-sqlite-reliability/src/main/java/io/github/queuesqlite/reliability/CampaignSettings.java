package io.github.queuesqlite.reliability;

import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

import org.jspecify.annotations.Nullable;

/**
 * What a campaign runs.
 *
 * @param isLong the counts that a release needs
 * @param only names of layers; empty for all
 * @param count replaces the layers' counts; null to leave them
 * @param duration replaces the layers' durations; null to leave them
 * @param seed of all random numbers
 * @param directory where files are made and deleted
 * @param ledger the file that the runs are appended to
 * @param report the file that is written from the ledger
 * @param isReportOnly run nothing, write the report
 */
record CampaignSettings(boolean isLong, List<String> only, @Nullable Integer count, @Nullable Duration duration,
		long seed, Path directory, Path ledger, Path report, boolean isReportOnly) {

	static final String USAGE = """
			Options: --long            the counts that a release needs; without it those of each build
			         --only=a,b        these layers only: %s
			         --count=n         instead of the layers' own counts, 1 or more
			         --duration=20m    instead of the layers' own durations (s, m, h)
			         --seed=n          repeats the choices of a run
			         --directory=path  where files are made and deleted, the system's temporary one unless given
			         --ledger=path     where runs are kept, queue-sqlite-reliability/ledger.jsonl unless given
			         --report=path     what is written from them, docs/reliability.md unless given
			         --report-only     runs nothing, writes the report""";

	static CampaignSettings parse(List<Layer> layers, String... args) {
		boolean isLong = false;
		boolean isReportOnly = false;
		List<String> only = List.of();
		Integer count = null;
		Duration duration = null;
		long seed = ThreadLocalRandom.current().nextLong(1_000_000_000);
		Path directory = Path.of(System.getProperty("java.io.tmpdir"));
		Path ledger = Path.of("queue-sqlite-reliability", "ledger.jsonl");
		Path report = Path.of("docs", "reliability.md");
		for (String arg : Arrays.stream(args)
			.flatMap((text) -> Arrays.stream(text.trim().split("\\s+", -1)))
			.toList()) {
			String value = arg.substring(arg.indexOf('=') + 1);
			switch (arg.contains("=") ? arg.substring(0, arg.indexOf('=')) : arg) {
				case "" -> {
				}
				case "--long" -> isLong = true;
				case "--report-only" -> isReportOnly = true;
				case "--only" -> only = known(layers, List.of(value.split(",", -1)));
				case "--count" -> count = positive(arg, value, layers);
				case "--duration" -> duration = duration(arg, value, layers);
				case "--seed" -> seed = number(arg, value, layers);
				case "--directory" -> directory = Path.of(value);
				case "--ledger" -> ledger = Path.of(value);
				case "--report" -> report = Path.of(value);
				default -> throw wrong(arg, layers);
			}
		}
		return new CampaignSettings(isLong, only, count, duration, seed, directory, ledger, report, isReportOnly);
	}

	private static List<String> known(List<Layer> layers, List<String> names) {
		for (String name : names) {
			if (layers.stream().noneMatch((layer) -> layer.name().equals(name))) {
				throw wrong("--only=" + name, layers);
			}
		}
		return names;
	}

	private static int positive(String arg, String value, List<Layer> layers) {
		long number = number(arg, value, layers);
		if (number < 1 || number > Integer.MAX_VALUE) {
			throw wrong(arg, layers);
		}
		return (int) number;
	}

	private static long number(String arg, String value, List<Layer> layers) {
		try {
			return Long.parseLong(value);
		}
		catch (NumberFormatException ex) {
			throw wrong(arg, layers);
		}
	}

	private static Duration duration(String arg, String value, List<Layer> layers) {
		try {
			Duration duration = Duration.parse("PT" + value.toUpperCase(Locale.ROOT));
			if (!duration.isZero() && !duration.isNegative()) {
				return duration;
			}
		}
		catch (DateTimeParseException ex) {
			// Said below.
		}
		throw wrong(arg, layers);
	}

	private static IllegalArgumentException wrong(String arg, List<Layer> layers) {
		String names = String.join(", ", layers.stream().map(Layer::name).toList());
		return new IllegalArgumentException("Wrong option '" + arg + "'.\n" + USAGE.formatted(names));
	}

	boolean includes(Layer layer) {
		return this.only.isEmpty() || this.only.contains(layer.name());
	}

}
