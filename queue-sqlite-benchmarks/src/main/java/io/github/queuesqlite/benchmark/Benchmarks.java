package io.github.queuesqlite.benchmark;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs all measurements and writes {@code performance.md} and {@code performance.json}.
 */
public final class Benchmarks {

	private static final String COMMAND = "mvn -q -pl queue-sqlite-benchmarks -am compile exec:exec";

	private static final Map<String, List<Section>> SECTIONS = new LinkedHashMap<>();

	static {
		SECTIONS.put(FsyncSection.NAME, List.of(new FsyncSection(), new RawSection()));
		SECTIONS.put(LifeSection.NAME, List.of(new LifeSection()));
		SECTIONS.put(BulkSection.NAME, List.of(new BulkSection()));
		SECTIONS.put(ProducersSection.NAME, List.of(new ProducersSection()));
		SECTIONS.put(LatencySection.NAME, List.of(new LatencySection()));
		SECTIONS.put(IdleSection.NAME, List.of(new IdleSection()));
		SECTIONS.put(TablesSection.NAME, List.of(new TablesSection()));
		SECTIONS.put(BacklogSection.NAME, List.of(new BacklogSection()));
		SECTIONS.put(ShapesSection.NAME, List.of(new ShapesSection()));
		SECTIONS.put(SizesSection.NAME, List.of(new SizesSection()));
		SECTIONS.put(DuringSection.NAME, List.of(new DuringSection()));
		SECTIONS.put(AcrossSection.NAME, List.of(new AcrossSection()));
		SECTIONS.put(SteadySection.NAME, List.of(new SteadySection()));
		SECTIONS.put(PeersSection.NAME, List.of(new PeersSection()));
		SECTIONS.put(PartsSection.NAME, List.of(new PartsSection()));
	}

	private Benchmarks() {
	}

	/**
	 * Runs the benchmark.
	 * @param args options, several may stand in one argument
	 */
	@SuppressWarnings("SystemOut") // a command-line program
	public static void main(String[] args) throws Exception {
		BenchmarkSettings settings;
		try {
			settings = BenchmarkSettings.parse(args);
		}
		catch (IllegalArgumentException ex) {
			System.err.println(ex.getMessage());
			System.exit(2);
			return;
		}
		if (settings.check()) {
			System.exit(new RatioCheck(settings, System.out).run() ? 0 : 1);
		}
		String options = String.join(" ", args).trim();
		run(settings, options.isEmpty() ? COMMAND : COMMAND + " -Dbenchmark.args=\"" + options + "\"", System.out);
	}

	static void run(BenchmarkSettings settings, String command, PrintStream out) throws Exception {
		Report report = new Report();
		try (Workspace workspace = new Workspace(settings.directory())) {
			Machine machine = Machine.describe(workspace.root());
			out.println(machine);
			Bench bench = new Bench(settings, workspace, report);
			ReportWriter writer = new ReportWriter(machine, command, settings.runs());
			for (Map.Entry<String, List<Section>> entry : SECTIONS.entrySet()) {
				// The disk is always measured: other figures stand beside it.
				if (settings.includes(entry.getKey())) {
					measure(entry.getKey(), entry.getValue(), bench, out);
				}
				else if (entry.getKey().equals(FsyncSection.NAME)) {
					measure(entry.getKey(), List.of(new FsyncSection()), bench, out);
				}
				// One that is ended early leaves what it has measured.
				writer.write(report, settings.output());
			}
			FurtherGoals.of(report).forEach((figure) -> out.println(ReportWriter.line(figure)));
		}
		out.println("Written to " + settings.output().toAbsolutePath().normalize());
	}

	private static void measure(String name, List<Section> sections, Bench bench, PrintStream out) throws Exception {
		out.println("-- " + name);
		Report report = bench.report();
		News<RawRates> raw = new News<>(report.rawRates());
		News<Figure> figures = new News<>(report.figures());
		News<Figure> further = new News<>(report.further());
		News<Table> tables = new News<>(report.tables());
		News<PartsSection.Part> parts = new News<>(report.parts());
		for (Section section : sections) {
			section.measure(bench);
		}
		if (name.equals(FsyncSection.NAME)) {
			out.println(report.besideFsync());
		}
		raw.get().forEach(out::println);
		figures.get().forEach((figure) -> out.println(ReportWriter.line(figure)));
		tables.get().forEach((table) -> out.println(table.markdown()));
		further.get().forEach((figure) -> out.println(ReportWriter.line(figure)));
		parts.get().forEach(out::println);
	}

	/** What is added to a list. */
	private static final class News<T> {

		private final List<T> list;

		private final int before;

		News(List<T> list) {
			this.list = list;
			this.before = list.size();
		}

		List<T> get() {
			return this.list.subList(this.before, this.list.size());
		}

	}

}
