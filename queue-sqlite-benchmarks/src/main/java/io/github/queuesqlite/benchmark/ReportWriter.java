package io.github.queuesqlite.benchmark;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

import io.github.queuesqlite.benchmark.measure.Samples;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Writes a report for people and one for programs. */
final class ReportWriter {

	private static final JsonMapper JSON = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

	private final Machine machine;

	private final String command;

	private final int runs;

	ReportWriter(Machine machine, String command, int runs) {
		this.machine = machine;
		this.command = command;
		this.runs = runs;
	}

	void write(Report report, Path directory) throws IOException {
		Files.createDirectories(directory);
		Files.writeString(directory.resolve("performance.md"), markdown(report));
		Files.writeString(directory.resolve("performance.json"), json(report) + "\n");
	}

	String json(Report report) {
		Map<String, Object> values = new TreeMap<>();
		values.put("date", LocalDate.now().toString());
		values.put("command", this.command);
		values.put("machine", this.machine);
		values.put("fsyncMillis", Map.of("p50", report.fsyncP50(), "p99", report.fsyncP99()));
		values.put("raw", report.rawRates());
		values.put("rawWholeLife", report.ceiling());
		values.put("figures", report.figures());
		values.put("furtherGoals", further(report));
		values.put("results", report.results());
		values.put("parts", report.parts());
		return JSON.writeValueAsString(values);
	}

	String markdown(Report report) {
		return template().replace("{{date}}", LocalDate.now().toString())
			.replace("{{command}}", this.command)
			.replace("{{runs}}", Integer.toString(this.runs))
			.replace("{{machine}}", machine())
			.replace("{{goals}}", figures(report.figures(), true))
			.replace("{{further}}", figures(further(report), true))
			.replace("{{others}}", figures(report.figures(), false))
			.replace("{{peers}}", tables(report, PeersSection.NAME))
			.replace("{{shapes}}", tables(report, ShapesSection.NAME))
			.replace("{{sizes}}", tables(report, SizesSection.NAME))
			.replace("{{during}}", tables(report, DuringSection.NAME))
			.replace("{{steady}}", tables(report, SteadySection.NAME))
			.replace("{{fsync}}", "p50 %.3f ms, p99 %.3f ms".formatted(report.fsyncP50(), report.fsyncP99()))
			.replace("{{raw}}", raw(report.rawRates()))
			.replace("{{ceiling}}", (report.ceiling() > 0) ? "%,.0f".formatted(report.ceiling()) : "not measured")
			.replace("{{parts}}", parts(report.parts()));
	}

	private static List<Figure> further(Report report) {
		List<Figure> figures = new ArrayList<>(FurtherGoals.of(report));
		figures.addAll(report.further());
		return figures;
	}

	private static String template() {
		try (InputStream stream = Objects
			.requireNonNull(ReportWriter.class.getResourceAsStream("/performance-template.md"))) {
			return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private String machine() {
		return """
				| | |
				|---|---|
				| Processor | %s, %d cores |
				| Memory | %d GB |
				| System | %s, %s |
				| Java | %s |
				| SQLite | %s |
				| Load average at the start | %.1f |""".formatted(this.machine.cpu(), this.machine.cores(),
				this.machine.memoryGb(), this.machine.system(), this.machine.fileSystem(), this.machine.java(),
				this.machine.sqlite(), this.machine.load());
	}

	private static String tables(Report report, String section) {
		String text = report.tables()
			.stream()
			.filter((table) -> table.section().equals(section))
			.map(Table::markdown)
			.collect(Collectors.joining("\n"))
			.stripTrailing();
		return text.isEmpty() ? "Not measured in this run." : text;
	}

	private static String figures(List<Figure> figures, boolean withGoal) {
		return figures.stream()
			.filter((figure) -> (figure.goal() != null) == withGoal)
			.map((figure) -> withGoal ? withGoal(figure) : withoutGoal(figure))
			.collect(Collectors.joining("\n"));
	}

	private static String withGoal(Figure figure) {
		Figure.Goal goal = Objects.requireNonNull(figure.goal());
		return "| %s | %s %s | %s | %s | %s |".formatted(figure.name(), goal.atLeast() ? "≥" : "≤",
				number(goal.bound(), figure.unit()), number(figure.value(), figure.unit()),
				goal.isMet(figure.value()) ? "yes" : "**no**", details(figure));
	}

	private static String withoutGoal(Figure figure) {
		return "| %s | %s | %s |".formatted(figure.name(), number(figure.value(), figure.unit()), details(figure));
	}

	private static String details(Figure figure) {
		Samples runs = Samples.of(figure.runs());
		String spread = (runs.size() > 1) ? "%s to %s".formatted(number(runs.percentile(0), figure.unit()),
				number(runs.percentile(100), figure.unit())) : "one run";
		return figure.beside().isEmpty() ? spread : spread + "; " + figure.beside();
	}

	private static String number(double value, String unit) {
		String text = Figure.number(value);
		if (unit.isEmpty()) {
			return text;
		}
		return unit.startsWith("/") ? text + unit : text + " " + unit;
	}

	private static String raw(List<RawRates> rates) {
		return rates.stream()
			.map((rate) -> "| %,d | %,.0f | %,.0f | %,.0f | %,.0f |".formatted(rate.rows(), rate.insert(), rate.claim(),
					rate.finish(), rate.life()))
			.collect(Collectors.joining("\n"));
	}

	private static String parts(List<PartsSection.Part> parts) {
		return parts.stream()
			.map((part) -> "| `%s` | %.0f | %.0f |".formatted(part.name(), part.nanos(), part.bytes()))
			.collect(Collectors.joining("\n"));
	}

	/** What to print while it runs. */
	static String line(Figure figure) {
		Boolean met = figure.isMet();
		return "%-95s %14s %s".formatted(figure.name(), number(figure.value(), figure.unit()),
				(met == null) ? "" : met ? "met" : "MISSED");
	}

}
