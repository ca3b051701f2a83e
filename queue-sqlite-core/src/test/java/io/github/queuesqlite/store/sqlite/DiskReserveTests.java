package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.MovableSpace;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The file that holds room on the disk. */
class DiskReserveTests {

	private static final int SIZE = 1024 * 1024;

	@TempDir
	Path directory;

	private DiskReserve reserve;

	@AfterEach
	void close() {
		if (this.reserve != null) {
			this.reserve.close();
		}
	}

	private Path file() {
		return this.directory.resolve("disk.reserve");
	}

	private void make() {
		this.reserve = new DiskReserve(this.directory, SIZE);
		this.reserve.makeLater();
		await().until(() -> QueueFiles.size(file()) == SIZE);
	}

	@Test
	void makeLaterWritesSoManyBytesThatNothingCompresses() throws IOException {
		make();
		byte[] bytes = Files.readAllBytes(file());
		int[] counts = new int[256];
		for (byte b : bytes) {
			counts[b & 0xff]++;
		}
		assertThat(Arrays.stream(counts)).allMatch((count) -> count > SIZE / 256 / 2 && count < SIZE / 256 * 2);
	}

	@Test
	void isMissingWhenJustOpenedIsNotAskedYet() {
		boolean missing;
		long start;
		do {
			start = System.nanoTime();
			this.reserve = new DiskReserve(this.directory, SIZE);
			missing = this.reserve.isMissing();
		}
		while (System.nanoTime() - start >= TimeUnit.SECONDS.toNanos(1));
		assertThat(missing).isFalse();
		await().until(this.reserve::isMissing);
	}

	@Test
	void isMissingWhenItWasMadeHalfOrNotAtAll() throws IOException {
		Files.write(file(), new byte[SIZE / 2]);
		this.reserve = new DiskReserve(this.directory, SIZE);
		await().until(this.reserve::isMissing);
		this.reserve.makeLater();
		await().until(() -> QueueFiles.size(file()) == SIZE);
	}

	@Test
	void makeLaterWhenAnEarlierOneWasLargerMakesItSmaller() throws IOException {
		Files.write(file(), new byte[2 * SIZE]);
		this.reserve = new DiskReserve(this.directory, SIZE);
		this.reserve.makeLater();
		await().until(() -> QueueFiles.size(file()) == SIZE);
	}

	@Test
	void giveUpDeletesTheFileAndDoesNotMissItSoon() {
		make();
		this.reserve.giveUp();
		assertThat(file()).doesNotExist();
		assertThat(this.reserve.isMissing()).isFalse();
	}

	@Test
	void reserveWhenNoneIsWantedIsDeleted() throws IOException {
		Files.write(file(), new byte[SIZE]);
		this.reserve = new DiskReserve(this.directory, 0);
		assertThat(file()).doesNotExist();
		assertThat(this.reserve.isMissing()).isFalse();
	}

	@Test
	void giveUpToOpenWhenTheDiskIsFullDeletesTheFile() throws IOException {
		MovableSpace space = new MovableSpace();
		Files.write(file(), new byte[SIZE]);
		space.free(SIZE);
		DiskReserve.giveUpToOpen(this.directory, space);
		assertThat(file()).exists();
		space.free(SIZE - 1);
		DiskReserve.giveUpToOpen(this.directory, space);
		assertThat(file()).doesNotExist();
	}

	@Test
	void holdRoomWhenThereIsPlentyMakesTheFileAndElseNot() {
		MovableSpace space = new MovableSpace();
		this.reserve = new DiskReserve(this.directory, SIZE);
		Watermark watermark = new Watermark(this.directory.resolve("some.db"), "some", "", space, 8 * SIZE,
				this.reserve);
		space.free(10 * SIZE);
		await().during(Duration.ofMillis(1200)).until(() -> {
			watermark.look(0, () -> 0);
			watermark.holdRoom();
			return Files.notExists(file());
		});
		space.free(10 * SIZE + 1);
		await().until(() -> {
			watermark.look(0, () -> 0);
			watermark.holdRoom();
			return QueueFiles.size(file()) == SIZE;
		});
	}

}
