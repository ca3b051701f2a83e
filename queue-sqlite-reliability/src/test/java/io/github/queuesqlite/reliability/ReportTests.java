package io.github.queuesqlite.reliability;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What the report says of the runs in the ledger. */
class ReportTests {

	private static final Instant DAY = Instant.parse("2026-03-01T23:59:59Z");

	private final List<Layer> layers = new ArrayList<>(List.of(layer("kill", "kills"), layer("power", "cuts")));

	private final List<Ledger.Entry> entries = new ArrayList<>();

	private static Layer layer(String name, String description) {
		return new Layer() {

			@Override
			public String name() {
				return name;
			}

			@Override
			public String description() {
				return description;
			}

			@Override
			public String details(Map<String, String> notes) {
				return notes.isEmpty() ? "" : "### Details of " + name + " " + notes + "\n";
			}

			@Override
			public void run(Effort effort, Outcome outcome) {
				throw new UnsupportedOperationException();
			}

		};
	}

	private void ran(String version, String layer, long seconds, Map<String, Long> counts, String... violations) {
		add(version, layer, seconds, counts, Map.of(), Map.of(), violations);
	}

	private void sampled(String layer, String name, List<Double> values, String... violations) {
		add("1.0", layer, 1, Map.of(), Map.of(name, values), Map.of(), violations);
	}

	private void add(String version, String layer, long seconds, Map<String, Long> counts,
			Map<String, List<Double>> samples, Map<String, String> notes, String... violations) {
		this.entries.add(new Ledger.Entry(version, "17", layer, DAY.plusSeconds(this.entries.size()), seconds, 42,
				counts, samples, notes, List.of(violations)));
	}

	private String text() {
		return new Report(this.layers, this.entries).text();
	}

	/** The lines of the report with a beginning. */
	private List<String> lines(String beginning) {
		return text().lines().filter((line) -> line.startsWith(beginning)).toList();
	}

	@Test
	void textWhenNothingRanSaysHowToRunAndWhatIsNotCovered() {
		assertThat(text()).contains("exec:exec", "## Not covered").doesNotContain("## Version");
	}

	@Test
	void textWhenALayerNeverRanSaysSo() {
		ran("1.0", "kill", 1, Map.of("kills", 1L));
		assertThat(lines("| `power` ")).containsExactly("| `power` | cuts |  | 0 | 0 s | never |");
	}

	@Test
	void textWhenALayerRanSeveralTimesSumsItsRuns() {
		ran("1.0", "kill", 59, Map.of("kills", 1_000L));
		ran("1.0", "power", 7, Map.of("kills", 5L));
		ran("1.0", "kill", 60, Map.of("kills", 234L));
		assertThat(lines("| `kill` ")).containsExactly("| `kill` | kills | 1,234 kills | 0 | 119 s | 2026-03-02 |");
	}

	@Test
	void textWhenALayerRanForLongTellsMinutes() {
		ran("1.0", "kill", 60, Map.of());
		ran("1.0", "kill", 60, Map.of());
		assertThat(lines("| `kill` ")).singleElement().asString().contains("| 2 min |");
	}

	@Test
	void textWhenThereAreSeveralVersionsSumsEachAloneTheLatestFirst() {
		ran("0.9", "kill", 1, Map.of("kills", 3L));
		ran("0.10", "kill", 1, Map.of("kills", 4L));
		ran("0.10", "kill", 1, Map.of("kills", 4L));
		assertThat(lines("## Version")).containsExactly("## Version 0.10", "## Version 0.9");
		assertThat(lines("| `kill` ")).satisfiesExactly((line) -> assertThat(line).contains("| 8 kills |"),
				(line) -> assertThat(line).contains("| 3 kills |"));
	}

	@Test
	void textWhenSomethingWasFoundCountsFromTheRunAfter() {
		ran("1.0", "kill", 10, Map.of("kills", 100L));
		ran("1.0", "kill", 10, Map.of("kills", 10L), "Lost: a", "Lost: b");
		ran("1.0", "kill", 10, Map.of("kills", 1L));
		ran("1.0", "kill", 10, Map.of("kills", 2L));
		assertThat(lines("| `kill` ")).singleElement().asString().contains("| 3 kills | 0 | 20 s |");
		assertThat(lines("- 2026")).containsExactly("- 2026-03-02, `kill`, seed 42: Lost: a");
	}

	@Test
	void textWhenTheLatestRunFoundSomethingShowsItAlone() {
		ran("1.0", "kill", 10, Map.of("kills", 100L));
		ran("1.0", "kill", 10, Map.of("kills", 10L), "Lost: a", "Lost: b");
		assertThat(lines("| `kill` ")).singleElement().asString().contains("| 10 kills | 2 | 10 s |");
	}

	@Test
	void textWhenNothingWasFoundSaysNothingOfIt() {
		ran("1.0", "kill", 10, Map.of("kills", 100L));
		assertThat(text()).doesNotContain("Found on the way");
	}

	@Test
	void textWhenSomethingWasMeasuredShowsPercentiles() {
		List<Double> shuffled = new ArrayList<>(IntStream.rangeClosed(1, 200).asDoubleStream().boxed().toList());
		Collections.reverse(shuffled);
		sampled("kill", "restart, ms", shuffled.subList(0, 100));
		sampled("kill", "restart, ms", shuffled.subList(100, 200));
		sampled("power", "age, ms", List.of(0.04));
		assertThat(lines("| `kill` | restart"))
			.containsExactly("| `kill` | restart, ms | 200 | 100.0 | 190.0 | 198.0 | 200.0 |");
		assertThat(lines("| `power` | age")).containsExactly("| `power` | age, ms | 1 | 0.0 | 0.0 | 0.0 | 0.0 |");
	}

	@Test
	void textWhenSomethingWasFoundMeasuresFromTheRunAfter() {
		sampled("kill", "restart, ms", List.of(1000.0), "Lost: a");
		sampled("kill", "restart, ms", List.of(5.0, 7.0));
		assertThat(lines("| `kill` | restart")).containsExactly("| `kill` | restart, ms | 2 | 5.0 | 7.0 | 7.0 | 7.0 |");
	}

	@Test
	void textWhenRunsLeftNotesGivesALayerTheLatestOfEachSubject() {
		add("1.0", "kill", 1, Map.of(), Map.of(), Map.of("x", "before"));
		add("1.0", "kill", 1, Map.of(), Map.of(), Map.of("x", "now"));
		assertThat(text()).contains("### Details of kill {x=now}");
	}

	@Test
	void textWhenNamesHoldWhatMeansSomethingInATableEscapesIt() {
		this.layers.add(layer("odd", "a | b %s %n"));
		add("1.0", "odd", 1, Map.of("x|y", 1L), Map.of("p|q %d", List.of(1.0)), Map.of());
		assertThat(lines("| `odd` | a")).containsExactly("| `odd` | a \\| b %s %n | 1 x\\|y | 0 | 1 s | 2026-03-01 |");
		assertThat(lines("| `odd` | p")).containsExactly("| `odd` | p\\|q %d | 1 | 1.0 | 1.0 | 1.0 | 1.0 |");
	}

	@Test
	void textWhenAFindingIsLongOrHasMarkupShowsTheBeginningOfItsFirstLineAsItIs() {
		ran("1.0", "kill", 1, Map.of(), "Expected <b>*ok*</b>, found [x](y) `z` integrity_check \\\nsecond line");
		ran("1.0", "kill", 1, Map.of(), "x".repeat(1000));
		assertThat(lines("- 2026")).containsExactly(
				"- 2026-03-01, `kill`, seed 42: Expected \\<b>\\*ok\\*\\</b>, found \\[x](y) \\`z\\` integrity\\_check \\\\",
				"- 2026-03-02, `kill`, seed 42: " + "x".repeat(300) + "…");
	}

}
