package io.github.queuesqlite.sample.pictures;

import java.awt.image.BufferedImage;

/**
 * Turns a scene into pixels.
 */
final class Painter {

	private Painter() {
	}

	/**
	 * Paints a scene.
	 * @param scene what
	 * @param width in pixels
	 * @param height in pixels
	 * @param type of the image, {@link BufferedImage#TYPE_INT_RGB} or one with alpha
	 * @return the picture
	 */
	static BufferedImage paint(Scene scene, int width, int height, int type) {
		BufferedImage image = new BufferedImage(width, height, type);
		int[] line = new int[width];
		for (int row = 0; row < height; row++) {
			for (int column = 0; column < width; column++) {
				line[column] = scene.colour((column + 0.5) / height, (row + 0.5) / height);
			}
			image.setRGB(0, row, width, 1, line, 0, width);
		}
		return image;
	}

}
