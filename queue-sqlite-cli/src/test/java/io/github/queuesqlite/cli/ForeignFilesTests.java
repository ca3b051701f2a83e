package io.github.queuesqlite.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Commands on files of another user. Root is bound by modes once it has given up two
 * capabilities.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ForeignFilesTests extends CommandTester {

	private static List<String> bound(List<String> command) {
		List<String> bound = new ArrayList<>(List.of("setpriv", "--bounding-set", "-dac_override,-dac_read_search"));
		bound.addAll(command);
		return bound;
	}

	@BeforeEach
	void boundByModes() throws Exception {
		assumeThat(execute(bound(List.of("true")).toArray(String[]::new))).as("setpriv as root").isZero();
	}

	@Test
	void commandOnADirectoryOfAnotherUserSaysWhoMay() throws Exception {
		assertThat(run(fill(), "700", "600").out().lines()).hasSize(13)
			.allSatisfy((line) -> assertThat(line).contains(" 3 queue-sqlite: "))
			.filteredOn((line) -> !line.startsWith("salvage"))
			.allSatisfy((line) -> assertThat(line).contains("May not read ", "be the user of the application"));
	}

	@Test
	void commandOnFilesOfAnotherUserSaysWhyItCannot() throws Exception {
		assertThat(run(fill(), "755", "600").out().lines()).hasSize(13)
			.allSatisfy((line) -> assertThat(line).matches(".* [13] .*"));
	}

	private Ran run(Messages messages, String directories, String files) throws Exception {
		String path = this.directory.toString();
		execute("sh", "-c", ("chown -R 65534 %1$s; find %1$s -type d -exec chmod %2$s {} +; find %1$s -type f"
				+ " -exec chmod %3$s {} +")
			.formatted(path, directories, files));
		List<Object> all = new ArrayList<>();
		commands(messages).forEach((command) -> {
			all.addAll(command);
			all.add("-");
		});
		return finish(bound(java(CommandsChild.class, all.toArray())));
	}

}
