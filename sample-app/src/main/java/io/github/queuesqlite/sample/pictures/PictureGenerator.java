package io.github.queuesqlite.sample.pictures;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Fills a folder with painted pictures, to have something to work on. The same number
 * gives the same picture.
 */
public final class PictureGenerator {

	private static final double[][] PLACES = { { 60.39, 5.32 }, { 64.15, -21.94 }, { -22.91, -68.2 }, { 69.65, 18.96 },
			{ 46.02, 7.75 }, { 35.36, 138.73 }, { -54.8, -68.3 }, { 25.2, 55.27 }, { 28.29, -16.51 },
			{ -33.92, 18.42 } };

	private static final String[] MODELS = { "Field 1", "Field 2", "Pocket X", "Studio M" };

	private final Path folder;

	private final int width;

	/**
	 * Creates a generator.
	 * @param folder where the pictures go; it need not exist
	 * @param width of the widest picture, in pixels
	 */
	public PictureGenerator(Path folder, int width) {
		this.folder = folder;
		this.width = width;
	}

	/**
	 * Paints the pictures that are not there yet, on all cores. May be killed and called
	 * again: a file is whole or absent.
	 * @param count how many pictures the folder shall have
	 * @return the folder
	 * @throws IOException if it cannot be written
	 */
	public Path generate(int count) throws IOException {
		Files.createDirectories(this.folder);
		try {
			IntStream.range(0, count).parallel().forEach(this::paint);
		}
		catch (UncheckedIOException ex) {
			throw ex.getCause();
		}
		return this.folder;
	}

	private void paint(int number) {
		Path file = this.folder.resolve("picture-%05d.jpg".formatted(number));
		if (Files.exists(file)) {
			return;
		}
		try {
			Path unfinished = Files.createTempFile(this.folder, ".painting-", ".tmp");
			Files.write(unfinished, picture(number));
			Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private byte[] picture(int number) throws IOException {
		Random random = new Random(number * 7919L);
		boolean portrait = number % 5 == 4;
		int longSide = this.width - random.nextInt(this.width / 4 + 1);
		int shortSide = longSide * 2 / 3;
		int columns = portrait ? shortSide : longSide;
		int rows = portrait ? longSide : shortSide;
		Scene scene = Scenes.of(number, random.nextLong(), (double) columns / rows);
		BufferedImage image = Painter.paint(scene, columns, rows, BufferedImage.TYPE_INT_RGB);
		return Pictures.jpeg(image, 0.85f, number % 7 == 3, exif(number, random));
	}

	private static Exif exif(int number, Random random) {
		double[] place = PLACES[random.nextInt(PLACES.length)];
		boolean placed = number % 4 != 1;
		return new Exif("Lumen", MODELS[number % MODELS.length], 1,
				LocalDateTime.of(2026, 1, 1, 6, 0).plusHours(number * 7L % 8000), 24 + random.nextInt(80),
				100 << random.nextInt(6), placed ? place[0] + random.nextDouble() / 10 : null,
				placed ? place[1] + random.nextDouble() / 10 : null);
	}

}
