package io.github.queuesqlite.sample;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.Locale;

import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

import io.github.queuesqlite.task.PermanentTaskException;
import net.coobird.thumbnailator.Thumbnails;

/**
 * An image file, decoded and turned upright.
 *
 * @param format such as {@code JPEG}
 * @param pixels the image; the first one of an animation
 */
record DecodedImage(String format, BufferedImage pixels) {

	/** A small file can claim to be a huge image; decoding it would take the heap. */
	private static final long MAX_PIXELS = 60_000_000;

	/**
	 * Decodes a file.
	 * @param file its bytes
	 * @return the image
	 * @throws PermanentTaskException if the bytes are no image we can read: they will be
	 * none at the next attempt either
	 */
	static DecodedImage read(byte[] file) {
		try {
			String format = format(file);
			return new DecodedImage(format, Thumbnails.of(new ByteArrayInputStream(file)).scale(1).asBufferedImage());
		}
		catch (IOException | IllegalArgumentException ex) {
			throw new PermanentTaskException("Cannot decode the image: " + ex.getMessage(), ex);
		}
	}

	private static String format(byte[] file) throws IOException {
		try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(file))) {
			Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
			if (!readers.hasNext()) {
				throw new PermanentTaskException("Not an image: no known format in %,d bytes".formatted(file.length));
			}
			ImageReader reader = readers.next();
			try {
				reader.setInput(in);
				long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
				if (pixels > MAX_PIXELS) {
					throw new PermanentTaskException(
							"Too large: %,d pixels, at most %,d".formatted(pixels, MAX_PIXELS));
				}
				return reader.getFormatName().toUpperCase(Locale.ROOT);
			}
			finally {
				reader.dispose();
			}
		}
	}

	int width() {
		return this.pixels.getWidth();
	}

	int height() {
		return this.pixels.getHeight();
	}

	boolean hasAlpha() {
		return this.pixels.getColorModel().hasAlpha();
	}

}
