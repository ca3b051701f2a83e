package io.github.queuesqlite.sample.pictures;

/**
 * Smooth noise on a lattice of hashed values. The same seed gives the same picture on
 * every machine.
 */
final class Noise {

	private final long seed;

	Noise(long seed) {
		this.seed = seed;
	}

	/**
	 * Returns smooth noise.
	 * @param x in lattice cells
	 * @param y in lattice cells
	 * @return 0 to 1
	 */
	double at(double x, double y) {
		int column = (int) Math.floor(x);
		int row = (int) Math.floor(y);
		double u = fade(x - column);
		double v = fade(y - row);
		double top = mix(value(column, row), value(column + 1, row), u);
		double bottom = mix(value(column, row + 1), value(column + 1, row + 1), u);
		return mix(top, bottom, v);
	}

	/**
	 * Returns noise of several sizes added up: clouds, ridges, coasts.
	 * @param x in cells of the coarsest lattice
	 * @param y in cells of the coarsest lattice
	 * @param octaves how many sizes
	 * @return 0 to 1
	 */
	double fractal(double x, double y, int octaves) {
		double sum = 0;
		double weight = 0.5;
		double total = 0;
		double scale = 1;
		for (int i = 0; i < octaves; i++) {
			sum += weight * at(x * scale + i * 17.3, y * scale - i * 9.1);
			total += weight;
			weight /= 2;
			scale *= 2.03;
		}
		return sum / total;
	}

	/**
	 * Returns an unsmoothed value of one lattice point.
	 * @param column any
	 * @param row any
	 * @return 0 to 1
	 */
	double value(int column, int row) {
		long hash = this.seed + column * 0x9E3779B97F4A7C15L + row * 0xC2B2AE3D27D4EB4FL;
		hash = (hash ^ (hash >>> 30)) * 0xBF58476D1CE4E5B9L;
		hash = (hash ^ (hash >>> 27)) * 0x94D049BB133111EBL;
		return ((hash ^ (hash >>> 31)) >>> 11) * 0x1.0p-53;
	}

	static double mix(double from, double to, double part) {
		return from + (to - from) * part;
	}

	static double clamp(double value) {
		return Math.max(0, Math.min(1, value));
	}

	/** Rises smoothly from 0 at {@code low} to 1 at {@code high}. */
	static double smooth(double low, double high, double value) {
		double part = clamp((value - low) / (high - low));
		return part * part * (3 - 2 * part);
	}

	private static double fade(double part) {
		return part * part * part * (part * (part * 6 - 15) + 10);
	}

}
