package io.github.queuesqlite.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.message.NewMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/** Commands on a disk that is full or that may only be read. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UnusableDiskTests extends CommandTester {

	/** Done, or one line of why not. */
	private static final String SAYS_WHY = "\\S+ (0 |3 queue-sqlite: [^|]+)";

	private boolean mounted;

	@BeforeEach
	void mountSmallFileSystem() throws Exception {
		int exit = execute("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", this.directory.toString());
		assumeThat(exit).as("the exit code of mount: a small tmpfs needs root").isZero();
		this.mounted = true;
	}

	@AfterEach
	void unmount() throws Exception {
		if (this.mounted) {
			assertThat(execute("umount", "-l", this.directory.toString())).isZero();
		}
	}

	/** This process keeps lock files open, and so that file system writable: a copy. */
	private void makeReadOnly() throws Exception {
		assertThat(execute("sh", "-c", """
				set -e
				cp -a '%1$s/.' '%2$s'
				umount -l '%1$s'
				mount -t tmpfs -o size=16m tmpfs '%1$s'
				cp -a '%2$s/.' '%1$s'
				mount -o remount,ro '%1$s'
				""".formatted(this.directory, this.elsewhere))).isZero();
	}

	/** What may be freed to write what must be written is not there. */
	private void fillDisk() throws Exception {
		Files.deleteIfExists(this.directory.resolve("default/disk.reserve"));
		execute("dd", "if=/dev/zero", "of=" + this.directory.resolve("filler"), "bs=4096");
		execute("dd", "if=/dev/zero", "of=" + this.directory.resolve("rest"), "bs=1");
	}

	@Test
	void commandOnADiskThatMayOnlyBeReadSaysWhyItCannot() throws Exception {
		Messages messages = fill();
		makeReadOnly();
		for (List<String> command : commands(messages)) {
			assertThat(CommandsChild.run(command)).matches(SAYS_WHY);
		}
		assertThat(CommandsChild.run(List.of("purge", "-d", this.directory.toString(), "-s", "DEAD")))
			.startsWith("purge 3 ")
			.contains("must be able to write its directory");
	}

	@Test
	void commandOnAFullDiskIsDoneOrSaysWhyItIsNot() throws Exception {
		Messages messages = fill();
		fillDisk();
		for (List<String> command : commands(messages)) {
			assertThat(CommandsChild.run(command)).matches(SAYS_WHY);
		}
		Files.delete(this.directory.resolve("filler"));
		assertThat(CommandsChild.run(List.of("verify", "-d", this.directory.toString()))).isEqualTo("verify 0 ");
	}

	@Test
	void backupIntoAFullDiskSaysSoAndLeavesNothing() throws Exception {
		Path other = this.elsewhere.resolve("queue");
		try (EmbeddedQueue queue = EmbeddedQueue.builder(other).build()) {
			queue.operations().enqueue(NewMessage.to("nobody").payload("x"));
		}
		fillDisk();
		Path target = this.directory.resolve("backup");
		assertThat(CommandsChild.run(List.of("backup", "-d", other.toString(), target.toString())))
			.startsWith("backup 3 queue-sqlite: Cannot back up into ");
		assertThat(target).doesNotExist();
	}

}
