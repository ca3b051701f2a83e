package io.github.queuesqlite.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The jar that people get, run as they run it: after packaging, hence not with the other
 * tests.
 */
class ExecutableJarIT extends CommandTester {

	private Ran jar(Object... arguments) throws Exception {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar",
						System.getProperty("executable.jar")));
		for (Object argument : arguments) {
			command.add(argument.toString());
		}
		return finish(command);
	}

	@Test
	void jarWhenRunLooksAtAQueueAndSteersIt() throws Exception {
		Messages messages = fill();
		Ran stats = jar("stats", "-d", this.directory, "--json");
		assertThat(stats.err()).as("not even a warning").isEmpty();
		JsonNode numbers = json(stats);
		assertThat(numbers.at("/states/DEAD").asInt()).isOne();
		assertThat(jar("show", "-d", this.directory, messages.dead()).out()).contains("is DEAD");
		assertThat(json(jar("retry", "-d", this.directory, "--state", "DEAD", "--json")).at("/messages").asInt())
			.isOne();
		assertThat(jar("verify", "-d", this.directory).code()).isZero();
		assertThat(jar("backup", "-d", this.directory, this.elsewhere.resolve("copy")).code()).isZero();
	}

	@Test
	void jarWhenAskedTellsItsVersion() throws Exception {
		Ran version = jar("--version");
		assertThat(version.code()).isZero();
		assertThat(version.out().strip()).isEqualTo("queue-sqlite " + System.getProperty("executable.version"));
	}

}
