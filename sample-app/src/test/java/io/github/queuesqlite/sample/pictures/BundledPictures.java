package io.github.queuesqlite.sample.pictures;

import java.awt.Color;
import java.awt.geom.AffineTransform;
import java.awt.image.AffineTransformOp;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Paints the pictures that the sample bundles. They are original work of this project
 * under its licence; run this again to make them anew: the same files come out.
 */
final class BundledPictures {

	private static final int RGB = BufferedImage.TYPE_INT_RGB;

	private final Path folder;

	private BundledPictures(Path folder) {
		this.folder = folder;
	}

	public static void main(String[] args) throws IOException {
		new BundledPictures(Files.createDirectories(Path.of(args[0]))).paint();
	}

	private void paint() throws IOException {
		BufferedImage mountains = Painter.paint(Scenes.ridges(3, 1.5), 1500, 1000, RGB);
		save("mountains-at-dusk.jpg", Pictures.jpeg(mountains, 0.9f, false,
				new Exif("Lumen", "Field 2", 1, LocalDateTime.of(2026, 6, 21, 20, 41), 85, 200, 46.0207, 7.7491)));
		BufferedImage sky = Painter.paint(Scenes.nightSky(21, 1.5), 1920, 1280, RGB);
		save("milky-way.jpg", Pictures.jpeg(sky, 0.85f, true,
				new Exif("Lumen", "Studio M", 1, LocalDateTime.of(2026, 4, 17, 2, 12), 24, 3200, -22.9087, -68.1997)));
		save("evening-sea.jpg", Pictures.jpeg(turned(Painter.paint(Scenes.sea(11, 0.75), 900, 1200, RGB)), 0.9f, false,
				new Exif("Lumen", "Pocket X", 6, LocalDateTime.of(2026, 8, 2, 20, 55), 35, 100, 38.6979, -9.4215)));
		save("aurora.jpg", Pictures.jpeg(Painter.paint(Scenes.aurora(13, 1.5), 1350, 900, RGB), 0.9f, true,
				new Exif("Lumen", "Field 1", 1, LocalDateTime.of(2026, 2, 11, 23, 5), 18, 1600, 69.6492, 18.9553)));
		save("nebula.jpg", Pictures.jpeg(Painter.paint(Scenes.nebula(18, 0.8), 960, 1200, RGB), 0.9f, false, null));
		save("canyon.jpg", Pictures.jpeg(Painter.paint(Scenes.canyon(4, 1.5), 1200, 800, RGB), 0.88f, false,
				new Exif("Lumen", "Field 2", 1, LocalDateTime.of(2026, 10, 4, 17, 30), 50, 100, 38.7331, -109.5925)));
		save("planet.png",
				Pictures.encode(Painter.paint(Scenes.planet(28, 1.2), 720, 600, BufferedImage.TYPE_INT_ARGB), "png"));
		save("julia-set.gif", Pictures.encode(indexed(Painter.paint(Scenes.fractal(4, 1), 480, 480, RGB)), "gif"));
		save("old-postcard.bmp", Pictures.encode(Painter.paint(Scenes.sea(2, 1.5), 240, 160, RGB), "bmp"));
		save("tiny-heart.png", Pictures.encode(heart(), "png"));
		save("broken.jpg", broken(Pictures.jpeg(mountains, 0.3f, false, null)));
	}

	private void save(String name, byte[] content) throws IOException {
		Files.write(this.folder.resolve(name), content);
		System.out.printf("%8d %s%n", content.length, name);
	}

	/** As a camera held upright stores it: lying on its side, with a note to turn it. */
	private static BufferedImage turned(BufferedImage image) {
		AffineTransform turn = AffineTransform.getTranslateInstance(0, image.getWidth());
		turn.quadrantRotate(-1);
		BufferedImage turned = new BufferedImage(image.getHeight(), image.getWidth(), RGB);
		return new AffineTransformOp(turn, AffineTransformOp.TYPE_NEAREST_NEIGHBOR).filter(image, turned);
	}

	/** Keeps the 256 most frequent colours, as a GIF file must. */
	private static BufferedImage indexed(BufferedImage image) {
		Map<Integer, Integer> counts = new HashMap<>();
		for (int colour : image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth())) {
			counts.merge(colour & 0xf8fcf8, 1, Integer::sum);
		}
		int[] palette = counts.entrySet()
			.stream()
			.sorted(Map.Entry.<Integer, Integer>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
			.limit(256)
			.mapToInt(Map.Entry::getKey)
			.toArray();
		IndexColorModel colours = new IndexColorModel(8, palette.length, palette, 0, false, -1, DataBuffer.TYPE_BYTE);
		BufferedImage indexed = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_BYTE_INDEXED,
				colours);
		for (int y = 0; y < image.getHeight(); y++) {
			for (int x = 0; x < image.getWidth(); x++) {
				indexed.setRGB(x, y, image.getRGB(x, y));
			}
		}
		return indexed;
	}

	private static BufferedImage heart() {
		String[] rows = { "................", "................", "...###....###...", "..#####..#####..",
				".######..######.", ".##o###########.", ".#oo###########.", ".##############.", "..############..",
				"...##########...", "....########....", ".....######.....", "......####......", ".......##.......",
				"................", "................" };
		BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_ARGB);
		for (int y = 0; y < 16; y++) {
			for (int x = 0; x < 16; x++) {
				char pixel = rows[y].charAt(x);
				if (pixel != '.') {
					image.setRGB(x, y, (pixel == 'o') ? Color.WHITE.getRGB() : new Color(0xe63950).getRGB());
				}
			}
		}
		return image;
	}

	/** Starts like a JPEG file and says so, but its tables are gone. */
	private static byte[] broken(byte[] jpeg) {
		byte[] broken = Arrays.copyOf(jpeg, 6000);
		Arrays.fill(broken, 25, 900, (byte) 0x5A);
		return broken;
	}

}
