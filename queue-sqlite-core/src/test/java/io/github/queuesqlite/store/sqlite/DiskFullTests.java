package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.SettleResult;
import io.github.queuesqlite.store.StoredMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

/** A full disk, on a small file system of its own; skipped where none may be mounted. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DiskFullTests {

	private static final int MEGABYTE = 1024 * 1024;

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

	/** Returns the bytes that are free. */
	private long free() {
		return DiskSpace.REAL.free(this.mount);
	}

	/** Writes until there is not a byte left, as other programs do. */
	private Path fillToTheBrim() throws IOException {
		Path filler = this.mount.resolve("filler");
		try (FileChannel channel = FileChannel.open(filler, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
			ByteBuffer block = ByteBuffer.allocate(4096);
			while (true) {
				block.clear();
				channel.write(block);
			}
		}
		catch (IOException ex) {
			assertThat(free()).isZero();
			return filler;
		}
	}

	private void awaitReserve() {
		await().until(() -> QueueFiles.size(this.mount.resolve("queue/disk.reserve")) == MEGABYTE);
	}

	private static void awaitAccepting(TestStore queue) {
		await().untilAsserted(() -> assertThat(queue.store.shardStats()).allMatch((shard) -> shard.accepting()));
	}

	@Test
	void reserveWhenTheDiskIsFilledWhileItIsMadeHoldsWhatItHas() {
		DiskReserve reserve = new DiskReserve(this.mount, 32L * 1024 * 1024);
		reserve.makeLater();
		await().until(() -> DiskSpace.REAL.free(this.mount) == 0);
		reserve.close();
		assertThat(DiskSpace.REAL.free(this.mount)).isZero();
		reserve.giveUp();
		assertThat(DiskSpace.REAL.free(this.mount)).isGreaterThan(15L * 1024 * 1024);
	}

	@Test
	void insertWhenTheDiskFillsIsRefusedBeforeSqliteFailsAndGoesOnOnceThereIsRoom() throws IOException {
		Path ballast = this.mount.resolve("ballast");
		Files.write(ballast, new byte[8 * MEGABYTE]);
		try (TestStore queue = TestStore.open(this.mount.resolve("queue"), 1)) {
			List<Long> accepted = new ArrayList<>();
			accepted.add(queue.insert(10));
			StoredMessage running = queue.claim(1).get(0);
			for (StoreUnavailableException ex : fill(queue, accepted)) {
				assertThat(ex).hasMessageContaining("disk full (")
					.hasMessageContaining(" free, 2 MB reserved)")
					.hasMessageEndingWith("completions go on. Nothing of this was stored.");
				assertThat(queue.store.find(ex.messageId().value())).isEmpty();
			}
			assertThat(free()).isBetween((long) MEGABYTE, 2L * MEGABYTE);
			assertThat(queue.store.shardStats()).noneMatch((shard) -> shard.accepting());
			assertThat(queue.store.shardStats().get(0).diskFree()).isLessThan(2 * MEGABYTE);
			assertThat(queue.complete(running)).isEqualTo(SettleResult.APPLIED);
			await().untilAsserted(() -> assertThat(queue.store.probe()).isEmpty());
			Files.delete(ballast);
			awaitAccepting(queue);
			accepted.add(queue.insert(10));
			assertThat(queue.all()).extracting(StoredMessage::id).containsExactlyInAnyOrderElementsOf(accepted);
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
	void runsWhenOthersFillTheDiskToTheLastByteEndAllTheSame() throws IOException {
		try (TestStore queue = TestStore.open(this.mount.resolve("queue"), 2)) {
			for (int i = 0; i < 300; i++) {
				queue.insert(1000);
			}
			List<StoredMessage> running = queue.claim(1000);
			awaitReserve();
			Path filler = fillToTheBrim();
			for (StoredMessage message : running) {
				// Without results the ends find room in the log that is there.
				assertThat(queue.complete(message, new byte[2000])).isEqualTo(SettleResult.APPLIED);
			}
			assertThat(this.mount.resolve("queue/disk.reserve")).doesNotExist();
			await().untilAsserted(() -> assertThat(queue.store.probe()).isEmpty());
			assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(() -> queue.insert(10))
				.withMessageContaining("disk full (");
			Files.delete(filler);
			awaitAccepting(queue);
			queue.insert(10);
			awaitReserve();
		}
	}

	@Test
	void openWhenTheDiskIsFullTakesWhatWasHeldForIt() throws IOException {
		try (TestStore queue = TestStore.open(this.mount.resolve("queue"), 1)) {
			queue.insert(10);
			awaitReserve();
		}
		fillToTheBrim();
		try (TestStore queue = TestStore.open(this.mount.resolve("queue"), 1)) {
			assertThat(queue.complete(queue.claim(1).get(0))).isEqualTo(SettleResult.APPLIED);
			await().untilAsserted(
					() -> assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(() -> queue.insert(10))
						.withMessageContaining("disk full ("));
		}
	}

	@Test
	void insertWhenTheQueueFilledTheDiskAndWasWorkedOffGoesOnThoughTheFileIsAsLarge() {
		try (TestStore queue = TestStore.open(this.mount.resolve("queue"), 1)) {
			List<Long> accepted = new ArrayList<>();
			fill(queue, accepted);
			assertThat(queue.store.purge(MessageQuery.all())).isEqualTo(accepted.size());
			awaitAccepting(queue);
			assertThat(free()).isLessThan(2 * MEGABYTE);
			for (int i = 0; i < 50; i++) {
				queue.insert(40_000);
			}
		}
	}

	@Test
	void insertWhenNothingIsReservedGoesOnUntilTheDiskFailsAndAgainOnceThereIsRoom() throws IOException {
		// What is freed must hold what the write-ahead log has, for a second time.
		Path ballast = this.mount.resolve("ballast");
		Files.write(ballast, new byte[10 * MEGABYTE]);
		try (TestStore queue = TestStore.openWithoutReserve(this.mount.resolve("queue"), 1)) {
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
