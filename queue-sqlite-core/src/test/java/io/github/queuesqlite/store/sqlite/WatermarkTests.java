package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import io.github.queuesqlite.MovableSpace;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.Room;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** When a disk has room for new data, by what is free on it and in the file. */
class WatermarkTests {

	private static final long MEGABYTE = 1024 * 1024;

	private static final long RESERVE = 64 * MEGABYTE;

	/** Below it, whatever failed is taken to have had no room. */
	private static final long BRIM = MEGABYTE;

	@TempDir
	Path directory;

	private final MovableSpace space = new MovableSpace();

	private long freeInFile;

	private Watermark watermark(long reserve) {
		return new Watermark(this.directory.resolve("queue_shard_3.db"), "shard 3 (queue_shard_3.db)",
				"Enqueues are refused until space is freed; completions go on.", this.space, reserve,
				new DiskReserve(this.directory, 0));
	}

	private Room look(Watermark watermark, long free) {
		return look(watermark, free, 0);
	}

	private Room look(Watermark watermark, long free, long needed) {
		this.space.free(free);
		return watermark.look(needed, () -> this.freeInFile);
	}

	@Test
	void lookWhenLessThanTheReserveIsFreeRefusesWithTheNumbers() {
		Room room = look(watermark(RESERVE), 12 * MEGABYTE / 10);
		assertThat(room.refusal())
			.isEqualTo("Cannot write to shard 3 (queue_shard_3.db): disk full (1.2 MB free, 64 MB reserved)."
					+ " Enqueues are refused until space is freed; completions go on.");
		assertThat(room.lasting()).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "0, 0 KB free", "524288, 512 KB free", "1048576, 1 MB free", "11010048, 10 MB free" })
	void refusalSaysWhatIsFreeInKilobytesOrMegabytes(long free, String text) {
		assertThat(look(watermark(RESERVE), free).refusal()).contains("(" + text + ", ");
	}

	@Test
	void lookWhenMoreThanTheReserveIsFreeRefusesNothing() {
		assertThat(look(watermark(RESERVE), RESERVE).refusal()).isEmpty();
		assertThat(look(watermark(RESERVE), RESERVE - 1).refusal()).isNotEmpty();
	}

	@Test
	void lookOnceRefusedTakesNewDataOnlyWhenAnEighthMoreIsFree() {
		Watermark watermark = watermark(RESERVE);
		look(watermark, RESERVE - 1);
		assertThat(look(watermark, RESERVE + 8 * MEGABYTE - 1).refusal()).isNotEmpty();
		assertThat(look(watermark, RESERVE + 8 * MEGABYTE).refusal()).isEmpty();
		assertThat(look(watermark, RESERVE).refusal()).isEmpty();
	}

	@Test
	void lookCountsPagesThatAreFreeInTheFileForHalfOfTheReserve() {
		this.freeInFile = 1000 * MEGABYTE;
		assertThat(look(watermark(RESERVE), RESERVE / 2).refusal()).isEmpty();
		assertThat(look(watermark(RESERVE), RESERVE / 2 - 1).refusal()).isNotEmpty();
		this.freeInFile = 10 * MEGABYTE;
		assertThat(look(watermark(RESERVE), RESERVE - 10 * MEGABYTE).refusal()).isEmpty();
		assertThat(look(watermark(RESERVE), RESERVE - 10 * MEGABYTE - 1).refusal()).isNotEmpty();
	}

	@Test
	void lookWhenWhatIsToBeWrittenWouldTakeHalfOfTheReserveRefusesOnlyThat() {
		Watermark watermark = watermark(RESERVE);
		Room room = look(watermark, 100 * MEGABYTE, 68 * MEGABYTE + 1);
		assertThat(room.refusal()).contains("(100 MB free, 64 MB reserved, 68 MB needed)");
		assertThat(room.lasting()).isFalse();
		assertThat(look(watermark, 100 * MEGABYTE, 68 * MEGABYTE).refusal()).isEmpty();
	}

	@Test
	void budgetIsAPartOfWhatIsFreeBeyondTheReserve() {
		assertThat(look(watermark(RESERVE), RESERVE + 32 * MEGABYTE).budget()).isEqualTo(MEGABYTE);
		assertThat(look(watermark(RESERVE), RESERVE).budget()).isZero();
		assertThat(look(watermark(RESERVE), 1L << 40).budget()).isEqualTo(16 * MEGABYTE);
	}

	@Test
	void lookWhenNothingIsReservedOrNobodyCanTellHasPlenty() {
		assertThat(look(watermark(0), 0)).isEqualTo(Room.PLENTY);
		assertThat(look(watermark(RESERVE), DiskSpace.UNKNOWN)).isEqualTo(Room.PLENTY);
	}

	@Test
	void isNearWhenLittleIsFreeBeyondTheReserve() {
		Watermark watermark = watermark(RESERVE);
		look(watermark, RESERVE + 256 * MEGABYTE);
		assertThat(watermark.isNear()).isFalse();
		look(watermark, RESERVE + 256 * MEGABYTE - 1);
		assertThat(watermark.isNear()).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "true, 0, true", "true, 67108863, true", "true, 67108864, false", "false, 1048575, true",
			"false, 1048576, false" })
	void makeRoomWhenTheDiskIsFullRefusesNewDataUntilThereIsMore(boolean full, long free, boolean refused) {
		Watermark watermark = watermark(RESERVE);
		this.space.free(free);
		assertThat(!watermark.makeRoom(full).isEmpty()).isEqualTo(refused);
		assertThat(!look(watermark, RESERVE + 1).refusal().isEmpty()).isEqualTo(refused);
	}

	@Test
	void makeRoomWhenTheDiskIsFullGivesUpWhatIsHeld() throws IOException {
		Path held = Files.createFile(this.directory.resolve("disk.reserve"));
		Watermark watermark = new Watermark(this.directory.resolve("some.db"), "some", "", this.space, RESERVE,
				new DiskReserve(this.directory, MEGABYTE));
		this.space.free(BRIM);
		watermark.makeRoom(false);
		assertThat(held).exists();
		this.space.free(BRIM - 1);
		watermark.makeRoom(false);
		assertThat(held).doesNotExist();
	}

	@Test
	void reserveUnlessSetIs64MegabytesOrAnEighthOfASmallDisk() {
		assertThat(DiskSettings.DEFAULT.reserve(this.directory)).isBetween(1L, RESERVE);
		assertThat(settings(null, 1L << 40).reserve(this.directory)).isEqualTo(RESERVE);
		assertThat(settings(null, 48 * MEGABYTE).reserve(this.directory)).isEqualTo(6 * MEGABYTE);
		assertThat(settings(null, DiskSpace.UNKNOWN).reserve(this.directory)).isEqualTo(RESERVE);
		assertThat(settings(0L, 48 * MEGABYTE).reserve(this.directory)).isZero();
	}

	@Test
	void reserveWhenTheDiskIsNotLargerIsRefused() {
		assertThat(settings(47 * MEGABYTE, 48 * MEGABYTE).reserve(this.directory)).isEqualTo(47 * MEGABYTE);
		assertThatExceptionOfType(StoreUnavailableException.class)
			.isThrownBy(() -> settings(48 * MEGABYTE, 48 * MEGABYTE).reserve(this.directory))
			.withMessageContaining("'disk.reserve' is 48 MB")
			.withMessageContaining("has only 48 MB");
	}

	@ParameterizedTest
	@CsvSource({ "0, 0", "1048576, 524288", "2097152, 1048576", "6291456, 1048576", "67108864, 8388608" })
	void heldRoomIsAnEighthOfTheReserveButAMegabyteOfASmallOne(long reserve, long held) {
		assertThat(DiskSettings.held(reserve)).isEqualTo(held);
	}

	private static DiskSettings settings(Long reserve, long total) {
		return new DiskSettings(reserve, new DiskSpace() {

			@Override
			public long free(Path file) {
				return total;
			}

			@Override
			public long total(Path file) {
				return total;
			}

		});
	}

	@Test
	void realSpaceIsThatOfTheFileSystem() {
		assertThat(DiskSpace.REAL.free(this.directory)).isPositive()
			.isLessThanOrEqualTo(DiskSpace.REAL.total(this.directory));
		assertThat(DiskSpace.REAL.free(this.directory.resolve("missing"))).isEqualTo(DiskSpace.UNKNOWN);
		assertThat(DiskSpace.REAL.total(this.directory.resolve("missing"))).isEqualTo(DiskSpace.UNKNOWN);
	}

}
