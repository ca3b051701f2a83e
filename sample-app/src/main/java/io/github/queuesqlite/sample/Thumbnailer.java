package io.github.queuesqlite.sample;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import net.coobird.thumbnailator.Thumbnails;

import org.springframework.stereotype.Component;

/**
 * Makes the thumbnails of a photo: JPEG, or PNG where the photo is transparent.
 */
@Component
class Thumbnailer {

	private final PhotoLibrary library;

	private final List<Integer> sizes;

	Thumbnailer(PhotoLibrary library, PhotoProperties properties) {
		this.library = library;
		this.sizes = properties.thumbnailSizes();
	}

	/**
	 * Writes a thumbnail of each size. Photos smaller than a size are not blown up.
	 * @param id of the photo
	 * @param image the photo
	 * @return file names by size
	 * @throws IOException if a file cannot be written
	 */
	Map<Integer, String> write(String id, DecodedImage image) throws IOException {
		String format = image.hasAlpha() ? "png" : "jpg";
		Map<Integer, String> names = new TreeMap<>();
		BufferedImage larger = image.pixels();
		for (int i = this.sizes.size() - 1; i >= 0; i--) {
			int size = this.sizes.get(i);
			larger = scale(larger, size);
			String name = id + "-" + size + "." + format;
			this.library.saveThumbnail(name, encode(larger, format));
			names.put(size, name);
		}
		return names;
	}

	private static BufferedImage scale(BufferedImage image, int size) throws IOException {
		if (Math.max(image.getWidth(), image.getHeight()) <= size) {
			return image;
		}
		return Thumbnails.of(image).size(size, size).asBufferedImage();
	}

	private static byte[] encode(BufferedImage image, String format) throws IOException {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		Thumbnails.of(image).scale(1).outputFormat(format).outputQuality(0.82).toOutputStream(bytes);
		return bytes.toByteArray();
	}

}
