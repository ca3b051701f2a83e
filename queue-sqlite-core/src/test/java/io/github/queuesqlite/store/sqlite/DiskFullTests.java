package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.SettleResult;
import io.github.queuesqlite.store.StoredMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

/** A full disk, on a small file system of its own; skipped where none may be mounted. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DiskFullTests {

	@TempDir
	Path directory;

	private Path mount;

	@BeforeEach
	void mountSmallFileSystem() throws IOException, InterruptedException {
		Path mount = Files.createDirectory(this.directory.resolve("small"));
		int exit = run("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", mount.toString());
		assumeThat(exit).as("the exit code of mount: a small tmpfs needs root").isZero();
		this.mount = mount;
	}

	@AfterEach
	void unmount() throws IOException, InterruptedException {
		if (this.mount != null) {
			assertThat(run("umount", "-l", this.mount.toString())).isZero();
		}
	}

	private static int run(String... command) throws IOException, InterruptedException {
		try {
			return new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.DISCARD)
				.start()
				.waitFor();
		}
		catch (IOException ex) {
			return -1; // no such program here
		}
	}

	@Test
	void insertWhenDiskIsFullIsRefusedAndGoesOnOnceThereIsRoom() throws IOException {
		// What is freed must hold what the write-ahead log has, for a second time.
		Path ballast = this.mount.resolve("ballast");
		Files.write(ballast, new byte[10 * 1024 * 1024]);
		try (TestStore queue = TestStore.open(this.mount.resolve("queue"), 1)) {
			List<Long> accepted = new ArrayList<>();
			accepted.add(queue.insert(10));
			StoredMessage running = queue.claim(1).get(0);
			List<StoreUnavailableException> refused = fill(queue, accepted);
			assertThat(queue.store.shardStats()).noneMatch((shard) -> shard.accepting());
			assertThat(queue.store.shardStats().get(0).reason()).isNotBlank();
			accepted.forEach((id) -> assertThat(queue.store.find(id)).isPresent());
			CompletableFuture<SettleResult> settled = queue.completeLater(running);
			Files.delete(ballast);
			await().untilAsserted(() -> assertThat(queue.store.shardStats()).allMatch((shard) -> shard.accepting()));
			assertThat(TestStore.get(settled)).isEqualTo(SettleResult.APPLIED);
			await().untilAsserted(() -> assertThat(queue.store.probe()).isEmpty());
			accepted.add(queue.insert(10));
			for (StoreUnavailableException ex : refused) {
				// Absent, or there under the id that the exception names: both are true.
				long id = ex.messageId().value();
				if (ex.getMessage().contains("othing of this was stored")) {
					assertThat(queue.store.find(id)).isEmpty();
				}
				queue.store.find(id).ifPresent((message) -> accepted.add(message.id()));
			}
			assertThat(queue.all()).extracting(StoredMessage::id).containsExactlyInAnyOrderElementsOf(accepted);
		}
		try (TestStore queue = TestStore.open(this.mount.resolve("queue"), 1)) {
			long counted = queue.store.counts().stream().mapToLong((count) -> count.messages()).sum();
			assertThat(queue.all()).hasSize((int) counted);
		}
	}

	private static List<StoreUnavailableException> fill(TestStore queue, List<Long> accepted) {
		List<StoreUnavailableException> refused = new ArrayList<>();
		for (int i = 0; i < 500 && refused.size() < 5; i++) {
			try {
				accepted.add(queue.insert(40_000));
			}
			catch (StoreUnavailableException ex) {
				assertThat(ex.messageId()).isNotNull();
				refused.add(ex);
			}
		}
		assertThat(refused).hasSize(5);
		return refused;
	}

	@Test
	void openWhenDiskIsFullRefuses() throws IOException {
		Files.write(this.mount.resolve("ballast"), new byte[16 * 1024 * 1024 - 16 * 1024]);
		try {
			TestStore.open(this.mount.resolve("queue"), 1).close();
		}
		catch (StoreUnavailableException ex) {
			assertThat(ex).hasMessageContaining(this.mount.toString());
			return;
		}
		throw new AssertionError("A full disk did not stop the start");
	}

}
