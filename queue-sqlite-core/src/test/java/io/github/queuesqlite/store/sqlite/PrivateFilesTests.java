package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.store.WriterSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Who may read the files. */
@DisabledOnOs(OS.WINDOWS)
class PrivateFilesTests {

	@TempDir
	Path directory;

	private static Map<String, String> modes(Path directory) throws IOException {
		Map<String, String> modes = new TreeMap<>();
		try (Stream<Path> paths = Files.walk(directory)) {
			for (Path path : paths.toList()) {
				modes.put(directory.relativize(path).toString(),
						PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
			}
		}
		return modes;
	}

	/** Everything that a queue keeps, while it is open. */
	private static Map<String, String> modesOfOpenQueue(Path directory) throws IOException {
		WriterSettings writer = new WriterSettings(true, 100, Duration.ofSeconds(5), Duration.ofSeconds(1),
				QueueRecorder.NONE);
		try (TestStore queue = TestStore.open(directory, 2);
				SqliteListenStore listen = SqliteListenStore.open(new SqliteListenSettings(directory, writer,
						Duration.ofHours(1), SqliteListenSettings.MAX_CHANGES, InstantSource.system()))) {
			queue.insert(10);
			listen.put("key", "bytes", new byte[1]);
			Map<String, String> modes = modes(directory);
			assertThat(modes).containsKeys("", "control.db", "queue_shard_0.db", "queue_shard_1.db",
					"queue_shard_0.db-wal", "queue_shard_0.db-shm", "listen.db", "listen.db-wal", "locks",
					"locks/open.lock", "locks/slot-00.lock", "locks/listen-00.lock");
			assertThat(modes.keySet()).anyMatch((name) -> name.startsWith("locks/runs-"));
			return modes;
		}
	}

	@Test
	void openWhenDirectoryIsNewKeepsOthersOut() throws IOException {
		Path created = this.directory.resolve("data").resolve("queue");
		Map<String, String> modes = modesOfOpenQueue(created);
		modes.put("..", modes(created.getParent()).get(""));
		modes.forEach((name, mode) -> assertThat(mode).as(name)
			.isEqualTo(Files.isDirectory(created.resolve(name)) ? "rwx------" : "rw-------"));
	}

	@Test
	void openWhenGroupMayWriteTheDirectoryLetsItUseTheFiles() throws IOException {
		Path shared = Files.createDirectory(this.directory.resolve("shared"));
		Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwx---"));
		modesOfOpenQueue(shared).forEach((name, mode) -> assertThat(mode).as(name)
			.isEqualTo(Files.isDirectory(shared.resolve(name)) ? "rwxrwx---" : "rw-rw----"));
	}

	@Test
	void openWhenDirectoryIsThereLeavesItsModeAndThoseOfItsFiles() throws IOException {
		modesOfOpenQueue(this.directory);
		Path shard = this.directory.resolve("queue_shard_0.db");
		Files.setPosixFilePermissions(shard, PosixFilePermissions.fromString("rw-r-----"));
		Files.setPosixFilePermissions(this.directory, PosixFilePermissions.fromString("rwxr-xr-x"));
		Map<String, String> modes = modesOfOpenQueue(this.directory);
		assertThat(modes).containsEntry("", "rwxr-xr-x")
			.containsEntry("queue_shard_0.db", "rw-r-----")
			.containsEntry("queue_shard_0.db-wal", "rw-r-----")
			.containsEntry("queue_shard_1.db", "rw-------");
	}

}
