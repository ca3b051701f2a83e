package io.github.queuesqlite.sample.pictures;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Iterator;

import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

import org.jspecify.annotations.Nullable;

/**
 * Encodes painted images.
 */
final class Pictures {

	/** Start of image (2 bytes), then the JFIF segment (18), which must stay first. */
	private static final int BEHIND_FIRST_SEGMENT = 20;

	private Pictures() {
	}

	/**
	 * Encodes a JPEG file.
	 * @param image without alpha
	 * @param quality 0 to 1
	 * @param progressive whether it comes in coarse-to-fine passes
	 * @param exif null for none
	 * @return the file
	 * @throws IOException if the image cannot be encoded
	 */
	static byte[] jpeg(BufferedImage image, float quality, boolean progressive, @Nullable Exif exif)
			throws IOException {
		Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName("jpeg");
		ImageWriter writer = writers.next();
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
			ImageWriteParam param = writer.getDefaultWriteParam();
			param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
			param.setCompressionQuality(quality);
			if (progressive) {
				param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
			}
			writer.setOutput(out);
			writer.write(null, new IIOImage(image, null, null), param);
		}
		finally {
			writer.dispose();
		}
		return (exif != null) ? insert(bytes.toByteArray(), exif.segment()) : bytes.toByteArray();
	}

	/**
	 * Encodes a file of a format that needs no settings.
	 * @param image the image
	 * @param format {@code png}, {@code gif} or {@code bmp}
	 * @return the file
	 * @throws IOException if the image cannot be encoded
	 */
	static byte[] encode(BufferedImage image, String format) throws IOException {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		if (!ImageIO.write(image, format, bytes)) {
			throw new IOException("No writer for " + format + " and image type " + image.getType());
		}
		return bytes.toByteArray();
	}

	private static byte[] insert(byte[] jpeg, byte[] segment) {
		ByteArrayOutputStream out = new ByteArrayOutputStream(jpeg.length + segment.length);
		out.write(jpeg, 0, BEHIND_FIRST_SEGMENT);
		out.writeBytes(segment);
		out.write(jpeg, BEHIND_FIRST_SEGMENT, jpeg.length - BEHIND_FIRST_SEGMENT);
		return out.toByteArray();
	}

}
