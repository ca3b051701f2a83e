package io.github.queuesqlite.benchmark;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

import io.github.queuesqlite.benchmark.measure.Samples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class BenchmarksTests {

	@TempDir
	Path directory;

	@ParameterizedTest
	@ValueSource(strings = { "raw", "life", "bulk", "producers", "latency", "idle", "tables", "backlog", "shapes",
			"sizes", "during", "across", "steady", "peers" })
	void runWhenTinyWritesBothReports(String section) throws Exception {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		BenchmarkSettings settings = new BenchmarkSettings(true, List.of(section), this.directory.resolve("files"),
				this.directory.resolve("docs"), false, 200);
		Benchmarks.run(settings, "test", new PrintStream(out, true, StandardCharsets.UTF_8));
		assertThat(this.directory.resolve("docs/performance.md")).content()
			.contains("## The raw limit", "| Figure | Goal | Measured |")
			.doesNotContain("{{");
		assertThat(this.directory.resolve("docs/performance.json")).content().contains("\"fsyncMillis\"");
		assertThat(this.directory.resolve("files")).isEmptyDirectory();
		assertThat(out.toString(StandardCharsets.UTF_8)).contains("-- " + section);
	}

	@Test
	void parseWhenOptionsStandInOneArgumentReadsThemAll() {
		BenchmarkSettings settings = BenchmarkSettings.parse("--quick --only=raw,life", "");
		assertThat(settings.quick()).isTrue();
		assertThat(settings.only()).containsExactly("raw", "life");
	}

	@Test
	void includesWhenQuickLeavesOutWhatIsSlowUnlessNamed() {
		assertThat(BenchmarkSettings.parse().includes("steady")).isTrue();
		assertThat(BenchmarkSettings.parse("--quick").includes("peers")).isTrue();
		assertThat(BenchmarkSettings.parse("--quick").includes("steady")).isFalse();
		assertThat(BenchmarkSettings.parse("--quick --only=steady").includes("steady")).isTrue();
	}

	@Test
	void parseWhenOptionIsUnknownNamesIt() {
		assertThatIllegalArgumentException().isThrownBy(() -> BenchmarkSettings.parse("--fast"))
			.withMessageContaining("'--fast'")
			.withMessageContaining("--quick");
	}

	@Test
	void percentileIsTheSmallestValueThatSoManyDoNotExceed() {
		Samples samples = Samples.of(5, 1, 4, 2, 3);
		assertThat(samples.percentile(50)).isEqualTo(3);
		assertThat(samples.percentile(99)).isEqualTo(5);
		assertThat(samples.percentile(0)).isEqualTo(1);
	}

}
