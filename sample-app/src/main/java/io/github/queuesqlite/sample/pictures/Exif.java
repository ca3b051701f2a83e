package io.github.queuesqlite.sample.pictures;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * What a camera notes in its pictures, written as the Exif segment of a JPEG file.
 *
 * @param make of the camera
 * @param model of the camera
 * @param orientation 1 to 8, as Exif numbers them
 * @param takenAt local time at the place
 * @param focalLength in millimetres
 * @param iso sensitivity
 * @param latitude in degrees, north positive; null without a place
 * @param longitude in degrees, east positive; null without a place
 * @see <a href="https://www.cipa.jp/std/documents/e/DC-X008-Translation-2019-E.pdf">Exif
 * 2.32</a>
 */
record Exif(String make, String model, int orientation, LocalDateTime takenAt, int focalLength, int iso,
		@Nullable Double latitude, @Nullable Double longitude) {

	private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy:MM:dd HH:mm:ss", Locale.ROOT);

	private static final int HEADER = 8;

	/**
	 * Returns the segment with its marker and length.
	 * @return the bytes to put behind the first segment of a JPEG file
	 */
	byte[] segment() {
		String time = TIME.format(this.takenAt);
		Directory camera = new Directory().text(0x010F, this.make)
			.text(0x0110, this.model)
			.number(0x0112, this.orientation)
			.text(0x0131, "queue-sqlite sample")
			.text(0x8298, "MIT licence");
		Directory shot = new Directory().rational(0x829A, 1, 250)
			.rational(0x829D, 28, 10)
			.number(0x8827, this.iso)
			.text(0x9003, time)
			.rational(0x920A, this.focalLength, 1);
		Directory place = place();
		boolean placed = !place.isEmpty();
		int shotAt = HEADER + camera.size() + (placed ? 24 : 12);
		camera.pointer(0x8769, shotAt);
		if (placed) {
			camera.pointer(0x8825, shotAt + shot.size());
		}
		ByteArrayOutputStream tiff = new ByteArrayOutputStream();
		tiff.writeBytes(new byte[] { 'M', 'M', 0, 42, 0, 0, 0, HEADER });
		tiff.writeBytes(camera.bytes(HEADER));
		tiff.writeBytes(shot.bytes(shotAt));
		if (placed) {
			tiff.writeBytes(place.bytes(shotAt + shot.size()));
		}
		int length = tiff.size() + 8;
		ByteArrayOutputStream segment = new ByteArrayOutputStream();
		segment.writeBytes(new byte[] { (byte) 0xFF, (byte) 0xE1, (byte) (length >> 8), (byte) length });
		segment.writeBytes(new byte[] { 'E', 'x', 'i', 'f', 0, 0 });
		segment.writeBytes(tiff.toByteArray());
		return segment.toByteArray();
	}

	private Directory place() {
		Directory place = new Directory();
		if (this.latitude != null && this.longitude != null) {
			place.text(1, (this.latitude < 0) ? "S" : "N")
				.degrees(2, Math.abs(this.latitude))
				.text(3, (this.longitude < 0) ? "W" : "E")
				.degrees(4, Math.abs(this.longitude));
		}
		return place;
	}

	/**
	 * Entries of 12 bytes each, with values longer than 4 bytes behind them. Tags must be
	 * added in rising order.
	 */
	private static final class Directory {

		private final List<Entry> entries = new ArrayList<>();

		boolean isEmpty() {
			return this.entries.isEmpty();
		}

		Directory text(int tag, String text) {
			byte[] value = (text + '\0').getBytes(StandardCharsets.US_ASCII);
			return add(tag, 2, value.length, value);
		}

		Directory number(int tag, int number) {
			return add(tag, 3, 1, new byte[] { (byte) (number >> 8), (byte) number, 0, 0 });
		}

		Directory pointer(int tag, int offset) {
			return add(tag, 4, 1, ints(offset));
		}

		Directory rational(int tag, int numerator, int denominator) {
			return add(tag, 5, 1, ints(numerator, denominator));
		}

		Directory degrees(int tag, double degrees) {
			int whole = (int) degrees;
			double minutes = (degrees - whole) * 60;
			int hundredths = (int) Math.round((minutes - (int) minutes) * 6000);
			return add(tag, 5, 3, ints(whole, 1, (int) minutes, 1, hundredths, 100));
		}

		int size() {
			return 6 + this.entries.stream().mapToInt((entry) -> 12 + entry.extra()).sum();
		}

		byte[] bytes(int start) {
			ByteArrayOutputStream values = new ByteArrayOutputStream();
			ByteArrayOutputStream table = new ByteArrayOutputStream();
			try (DataOutputStream out = new DataOutputStream(table)) {
				int valuesAt = start + 6 + 12 * this.entries.size();
				out.writeShort(this.entries.size());
				for (Entry entry : this.entries) {
					out.writeShort(entry.tag());
					out.writeShort(entry.type());
					out.writeInt(entry.count());
					if (entry.extra() > 0) {
						out.writeInt(valuesAt + values.size());
						values.writeBytes(entry.padded());
					}
					else {
						out.write(entry.padded());
					}
				}
				out.writeInt(0);
				out.write(values.toByteArray());
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
			return table.toByteArray();
		}

		private Directory add(int tag, int type, int count, byte[] value) {
			this.entries.add(new Entry(tag, type, count, value));
			return this;
		}

		private static byte[] ints(int... numbers) {
			byte[] bytes = new byte[4 * numbers.length];
			for (int i = 0; i < bytes.length; i++) {
				bytes[i] = (byte) (numbers[i / 4] >> (24 - 8 * (i % 4)));
			}
			return bytes;
		}

	}

	@SuppressWarnings("ArrayRecordComponent") // never compared
	private record Entry(int tag, int type, int count, byte[] value) {

		int extra() {
			return (this.value.length > 4) ? padded().length : 0;
		}

		byte[] padded() {
			int length = Math.max(4, this.value.length + this.value.length % 2);
			return Arrays.copyOf(this.value, length);
		}

	}

}
