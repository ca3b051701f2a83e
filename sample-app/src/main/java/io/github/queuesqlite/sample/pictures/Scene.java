package io.github.queuesqlite.sample.pictures;

/**
 * A picture as a function of the place. {@code y} runs from 0 at the top to 1 at the
 * bottom, {@code x} from 0 at the left edge to the ratio of width and height.
 */
@FunctionalInterface
interface Scene {

	/**
	 * Returns the colour of a place.
	 * @param x 0 to the ratio of the sides
	 * @param y 0 to 1
	 * @return packed as alpha, red, green, blue
	 */
	int colour(double x, double y);

}
