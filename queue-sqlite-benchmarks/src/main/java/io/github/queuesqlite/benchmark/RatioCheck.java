package io.github.queuesqlite.benchmark;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Compares how much of the raw limit is reached with how much of it was reached in the
 * committed report. Ratios only: they say the same on a slower machine. What else runs
 * there may spoil a measurement but cannot improve one, so that the best of a few counts.
 */
final class RatioCheck {

	static final double TOLERANCE = 0.15;

	private static final int ATTEMPTS = 3;

	private final BenchmarkSettings settings;

	private final PrintStream out;

	RatioCheck(BenchmarkSettings settings, PrintStream out) {
		this.settings = settings;
		this.out = out;
	}

	/** Returns whether each ratio is what it was, or nearly so. */
	boolean run() throws Exception {
		Map<String, Double> committed = committed(this.settings.output().resolve("performance.json"));
		Map<String, Double> best = new LinkedHashMap<>();
		for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
			measure().forEach((name, ratio) -> best.merge(name, ratio, Math::max));
			if (failures(committed, best).isEmpty()) {
				break;
			}
		}
		committed.forEach((name, ratio) -> this.out.printf("%-80s %.2f, committed %.2f%n", name,
				best.getOrDefault(name, 0.0), ratio));
		List<String> failures = failures(committed, best);
		failures.forEach((failure) -> this.out.println("TOO SLOW: " + failure));
		return failures.isEmpty();
	}

	private Map<String, Double> measure() throws Exception {
		Report report = new Report();
		try (Workspace workspace = new Workspace(this.settings.directory())) {
			new LifeSection().measure(new Bench(this.settings, workspace, report));
		}
		Map<String, Double> ratios = new LinkedHashMap<>();
		for (Figure figure : report.figures()) {
			if (figure.name().endsWith(LifeSection.PART_OF_RAW)) {
				ratios.put(figure.name(), figure.value());
			}
		}
		return ratios;
	}

	/** Reads the ratios of a report. */
	static Map<String, Double> committed(Path report) throws IOException {
		Map<String, Double> ratios = new LinkedHashMap<>();
		for (JsonNode figure : JsonMapper.shared().readTree(Files.readString(report)).path("figures")) {
			String name = figure.path("name").asString();
			if (name.endsWith(LifeSection.PART_OF_RAW)) {
				ratios.put(name, figure.path("value").asDouble());
			}
		}
		if (ratios.isEmpty()) {
			throw new IllegalStateException("No part of the raw limit is in " + report + ": run the section '"
					+ LifeSection.NAME + "' of the benchmark first");
		}
		return ratios;
	}

	/** Returns what is too far below, in words. */
	static List<String> failures(Map<String, Double> committed, Map<String, Double> measured) {
		return committed.entrySet()
			.stream()
			.filter((entry) -> measured.getOrDefault(entry.getKey(), 0.0) < (1 - TOLERANCE) * entry.getValue())
			.map((entry) -> "%s is %.2f, more than %.0f %% below the %.2f of the report".formatted(entry.getKey(),
					measured.getOrDefault(entry.getKey(), 0.0), 100 * TOLERANCE, entry.getValue()))
			.toList();
	}

}
