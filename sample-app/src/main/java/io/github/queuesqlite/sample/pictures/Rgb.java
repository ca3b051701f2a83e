package io.github.queuesqlite.sample.pictures;

/**
 * A colour in linear steps.
 *
 * @param red 0 to 1, more is cut off when it is packed
 * @param green as red
 * @param blue as red
 */
record Rgb(double red, double green, double blue) {

	/**
	 * Returns the colour of a number.
	 * @param hex {@code 0xRRGGBB}
	 * @return the colour
	 */
	static Rgb of(int hex) {
		return new Rgb(((hex >> 16) & 255) / 255.0, ((hex >> 8) & 255) / 255.0, (hex & 255) / 255.0);
	}

	/**
	 * Returns the colour at a place of a gradient whose stops lie at even distances.
	 * @param position 0 to 1
	 * @param stops one or more
	 * @return the colour
	 */
	static Rgb gradient(double position, Rgb... stops) {
		double scaled = Noise.clamp(position) * (stops.length - 1);
		int stop = Math.min((int) scaled, stops.length - 2);
		return stops[stop].mix(stops[stop + 1], scaled - stop);
	}

	Rgb mix(Rgb other, double part) {
		return new Rgb(Noise.mix(this.red, other.red, part), Noise.mix(this.green, other.green, part),
				Noise.mix(this.blue, other.blue, part));
	}

	Rgb plus(Rgb other, double strength) {
		return new Rgb(this.red + other.red * strength, this.green + other.green * strength,
				this.blue + other.blue * strength);
	}

	Rgb times(double factor) {
		return new Rgb(this.red * factor, this.green * factor, this.blue * factor);
	}

	int argb(double alpha) {
		return (channel(alpha) << 24) | (channel(this.red) << 16) | (channel(this.green) << 8) | channel(this.blue);
	}

	private static int channel(double value) {
		return (int) Math.round(Noise.clamp(value) * 255);
	}

}
