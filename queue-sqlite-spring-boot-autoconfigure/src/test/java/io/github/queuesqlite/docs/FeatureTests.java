package io.github.queuesqlite.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The list of features cites tests and types that there are. */
class FeatureTests {

	/** A test: its package, if it is said, its class, a nested one, its method. */
	private static final Pattern TEST = Pattern
		.compile("((?:[a-z]\\w*\\.)*)([A-Z]\\w*)?(?:\\.([A-Z]\\w*))?(?:#([\\w…]+))?");

	/** A type of the API, and a member or nested type of it. */
	private static final Pattern NAME = Pattern.compile("@?([A-Z]\\w*)(?:\\.(\\w+)|\\((\\w+).*\\))?");

	/** What others call theirs. */
	private static final Pattern FOREIGN = Pattern.compile("(GET|POST|AuditApplicationEvent)\\b.*");

	private final SourceFiles tests = SourceFiles.of("src/test/java");

	private final SourceFiles types = SourceFiles.of("src/main/java");

	@Test
	void testWhenCitedExists() {
		List<String> missing = new ArrayList<>();
		int cited = 0;
		for (String[] row : rows()) {
			String last = "";
			for (String code : codes(row[row.length - 1])) {
				if (!code.startsWith("-D")) {
					cited++;
					Matcher test = TEST.matcher(code);
					assertThat(test.matches()).as("%s is a test", code).isTrue();
					last = (test.group(2) != null) ? code.replaceFirst("#.*", "") : last;
					if (!exists(last, test.group(4))) {
						missing.add(code);
					}
				}
			}
			assertThat(last).as("a test of %s", row[1]).isNotEmpty();
		}
		assertThat(missing).as("tests that are not there").isEmpty();
		assertThat(cited).isGreaterThan(300);
	}

	/** Whether there is a class with a test of that name, or with any. */
	private boolean exists(String type, String method) {
		Matcher test = TEST.matcher(type);
		assertThat(test.matches()).isTrue();
		String name = (method != null) ? method.replace("…", "\\w*") : "\\w+";
		return this.tests.find(test.group(1), test.group(2))
			.anyMatch((file) -> this.tests.testsOf(file, test.group(3)).anyMatch((found) -> found.matches(name)));
	}

	@Test
	void typeWhenNamedExistsWithItsMember() {
		List<String> missing = new ArrayList<>();
		for (String[] row : rows()) {
			for (String code : codes(row[2])) {
				Matcher name = NAME.matcher(code);
				if (name.matches() && !FOREIGN.matcher(code).matches()) {
					String member = (name.group(2) != null) ? name.group(2) : name.group(3);
					if (!this.types.declares(name.group(1), (member != null) ? member : name.group(1))) {
						missing.add(code);
					}
				}
			}
		}
		assertThat(missing).as("types, or members of them, that are not there").isEmpty();
	}

	@Test
	void propertyWhenNamedIsInTheReference() throws IOException {
		String reference = Files.readString(Path.of("../docs/reference.md"));
		for (String[] row : rows()) {
			for (String code : codes(row[2])) {
				if (code.matches("(queue\\.sqlite|management)\\.[\\w.<>-]+")) {
					assertThat(reference).as(row[1]).contains("| `" + code);
				}
			}
		}
	}

	private static List<String> codes(String cell) {
		return Pattern.compile("`([^`]+)`").matcher(cell).results().map((code) -> code.group(1)).toList();
	}

	/** Feature, name and tests, from the second place on. */
	private static List<String[]> rows() {
		try {
			List<String[]> rows = Files.readAllLines(Path.of("../docs/features.md"))
				.stream()
				.filter((line) -> line.startsWith("| ") && !line.startsWith("| Feature |"))
				.map((line) -> line.split("(?<!\\\\)\\|"))
				.toList();
			assertThat(rows).hasSizeGreaterThan(150).allMatch((row) -> row.length == 4);
			return rows;
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
	}

}
