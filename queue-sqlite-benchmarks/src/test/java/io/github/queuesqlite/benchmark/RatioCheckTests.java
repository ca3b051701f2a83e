package io.github.queuesqlite.benchmark;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class RatioCheckTests {

	@TempDir
	Path directory;

	private final ByteArrayOutputStream out = new ByteArrayOutputStream();

	@Test
	void failuresWhenMoreThan15PercentBelowNamesTheRatio() {
		assertThat(RatioCheck.failures(Map.of("life", 1.0), Map.of("life", 0.86))).isEmpty();
		assertThat(RatioCheck.failures(Map.of("life", 1.0), Map.of("life", 1.5))).isEmpty();
		assertThat(RatioCheck.failures(Map.of("life", 1.0), Map.of("life", 0.84)))
			.containsExactly("life is 0.84, more than 15 % below the 1.00 of the report");
	}

	@Test
	void failuresWhenNotMeasuredNamesTheRatio() {
		assertThat(RatioCheck.failures(Map.of("life", 1.0), Map.of())).hasSize(1);
	}

	@Test
	void committedIsWhatTheReportSays() throws Exception {
		assertThat(RatioCheck.committed(Path.of("../docs/performance.json"))).containsKeys(LifeSection.PART_OF_RAW_1,
				LifeSection.PART_OF_RAW_2);
	}

	@Test
	void committedWhenReportHasNoRatioSaysWhatToDo() throws Exception {
		Path report = Files.writeString(this.directory.resolve("performance.json"), "{}");
		assertThatIllegalStateException().isThrownBy(() -> RatioCheck.committed(report))
			.withMessageContaining("run the section 'life'");
	}

	@Test
	void runWhenRatioCannotBeReachedFails() throws Exception {
		assertThat(run(1_000_000)).isFalse();
		assertThat(this.out.toString(StandardCharsets.UTF_8)).contains("TOO SLOW: " + LifeSection.PART_OF_RAW_1);
	}

	@Test
	void runWhenRatioIsReachedSucceeds() throws Exception {
		assertThat(run(0.000_001)).isTrue();
		assertThat(this.out.toString(StandardCharsets.UTF_8)).contains("committed 0.00").doesNotContain("TOO SLOW");
	}

	private boolean run(double ratio) throws Exception {
		Files.writeString(this.directory.resolve("performance.json"),
				"{\"figures\":[{\"name\":\"" + LifeSection.PART_OF_RAW_1 + "\",\"value\":" + ratio + "}]}");
		BenchmarkSettings settings = new BenchmarkSettings(true, List.of(), this.directory.resolve("files"),
				this.directory, true, 200);
		return new RatioCheck(settings, new PrintStream(this.out, true, StandardCharsets.UTF_8)).run();
	}

}
