package io.github.queuesqlite.reliability;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;

import tools.jackson.databind.json.JsonMapper;

/** The runs so far, one line of JSON each. */
final class Ledger {

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private final Path file;

	Ledger(Path file) {
		this.file = file;
	}

	List<Entry> entries() throws IOException {
		if (!Files.exists(this.file)) {
			return List.of();
		}
		return Files.readAllLines(this.file)
			.stream()
			.filter((line) -> !line.isBlank())
			.map((line) -> JSON.readValue(line, Entry.class))
			.toList();
	}

	void append(Entry entry) throws IOException {
		Files.writeString(this.file, JSON.writeValueAsString(entry) + "\n", StandardOpenOption.CREATE,
				StandardOpenOption.APPEND);
	}

	/**
	 * One run of one layer.
	 *
	 * @param version of the queue
	 * @param java version of the JVM
	 * @param layer its name
	 * @param at when it began
	 * @param seconds how long it took
	 * @param seed of its random numbers
	 * @param counts what was done
	 * @param samples what was measured
	 * @param notes texts for the layer's section of the report
	 * @param violations what was broken
	 */
	record Entry(String version, String java, String layer, Instant at, long seconds, long seed,
			Map<String, Long> counts, Map<String, List<Double>> samples, Map<String, String> notes,
			List<String> violations) {

		Entry {
			// Not in entries of before there were notes.
			notes = Objects.requireNonNullElse(notes, Map.of());
		}

		static Entry of(Layer layer, Instant start, Duration took, Effort effort, Outcome outcome) {
			return new Entry(currentVersion(), Runtime.version().toString(), layer.name(),
					start.truncatedTo(ChronoUnit.SECONDS), took.toSeconds(), effort.seed(), outcome.counts(),
					outcome.samples(), outcome.notes(), outcome.violations());
		}

		private static String currentVersion() {
			Properties properties = new Properties();
			try (InputStream in = Ledger.class.getResourceAsStream("campaign.properties")) {
				properties.load(in);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
			return properties.getProperty("version");
		}

	}

}
