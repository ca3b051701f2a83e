package io.github.queuesqlite.sample.pictures;

import java.util.List;
import java.util.function.BiFunction;

/**
 * The motifs. Each is a function of a seed and of the ratio of the sides.
 */
final class Scenes {

	private static final Rgb WHITE = new Rgb(1, 1, 1);

	private static final List<BiFunction<Long, Double, Scene>> MOTIFS = List.of(Scenes::ridges, Scenes::nightSky,
			Scenes::sea, Scenes::aurora, Scenes::nebula, Scenes::fractal, Scenes::canyon);

	private static final Rgb[][] SKIES = {
			{ Rgb.of(0x16213e), Rgb.of(0x5b3a70), Rgb.of(0xe0677b), Rgb.of(0xffb677), Rgb.of(0xffe9b0) },
			{ Rgb.of(0x234e70), Rgb.of(0x5c9ead), Rgb.of(0xbfdfd4), Rgb.of(0xf7e7c4), Rgb.of(0xfff4dc) },
			{ Rgb.of(0x2b1b3d), Rgb.of(0x7a2e5d), Rgb.of(0xd9485f), Rgb.of(0xf79256), Rgb.of(0xfbd38d) },
			{ Rgb.of(0x0f2a43), Rgb.of(0x1d5c7a), Rgb.of(0x6fb1b5), Rgb.of(0xf3c9a5), Rgb.of(0xffe3c2) } };

	private static final double[][] JULIAS = { { -0.8, 0.156 }, { -0.4, 0.6 }, { -0.7269, 0.1889 }, { -0.835, -0.2321 },
			{ -0.70176, -0.3842 } };

	private static final Rgb[][] FRACTALS = {
			{ Rgb.of(0x070b24), Rgb.of(0x14306b), Rgb.of(0x2a7fb8), Rgb.of(0xf4e9cd), Rgb.of(0xf2a541),
					Rgb.of(0x8c2f39) },
			{ Rgb.of(0x160a26), Rgb.of(0x4b1d52), Rgb.of(0xb83b5e), Rgb.of(0xf9a26c), Rgb.of(0xfff1d0),
					Rgb.of(0x3a6ea5) },
			{ Rgb.of(0x04161a), Rgb.of(0x0b4f4a), Rgb.of(0x3fa27e), Rgb.of(0xe8f1c5), Rgb.of(0xe9c46a),
					Rgb.of(0xb5533c) } };

	private Scenes() {
	}

	/**
	 * Returns the motif of a number; numbers beyond the last start over.
	 * @param motif 0 or more
	 * @param seed which variant
	 * @param ratio width by height
	 * @return the scene
	 */
	static Scene of(int motif, long seed, double ratio) {
		return MOTIFS.get(motif % MOTIFS.size()).apply(seed, ratio);
	}

	/** Mountains behind mountains in the haze of a low sun. */
	static Scene ridges(long seed, double ratio) {
		Noise noise = new Noise(seed);
		Rgb[] sky = SKIES[(int) (noise.value(1, 1) * SKIES.length)];
		double sunX = ratio * (0.2 + 0.6 * noise.value(2, 2));
		double sunY = 0.3 + 0.15 * noise.value(3, 3);
		Rgb near = sky[0].times(0.35);
		return (x, y) -> {
			for (int layer = 0; layer <= 5; layer++) {
				double depth = layer / 5.0;
				double height = 0.22 + 0.14 * depth;
				double crest = 1 - 0.11 * layer * 0.9 - 0.06
						- height * (noise.fractal(x * (3.2 - 1.6 * depth) + layer * 11, layer * 5.5, 7) - 0.38);
				if (y > crest) {
					double mist = Noise.smooth(0, 0.28, y - crest) * (0.3 + 0.25 * depth);
					Rgb body = near.mix(sky[3], depth * 0.75).mix(sky[3], mist * depth);
					double light = 0.9 + 0.2 * noise.fractal(x * 9, y * 14 + layer, 4);
					return body.times(light).argb(1);
				}
			}
			return sun(sky, x, y, sunX, sunY, noise).argb(1);
		};
	}

	/** Stars, the Milky Way and a dark ridge. */
	static Scene nightSky(long seed, double ratio) {
		Noise noise = new Noise(seed);
		double tilt = 0.5 + 0.6 * noise.value(1, 9);
		return (x, y) -> {
			double ground = 0.86 - 0.16 * (noise.fractal(x * 2.4, 3.3, 7) - 0.4);
			if (y > ground) {
				return Rgb.of(0x05070d).plus(Rgb.of(0x141c2c), 0.8 * noise.fractal(x * 14, y * 20, 4)).argb(1);
			}
			Rgb colour = Rgb.gradient(y / 0.9, Rgb.of(0x040716), Rgb.of(0x0b1638), Rgb.of(0x1d3a63), Rgb.of(0x47698a));
			double across = (y - 0.45) + (x - ratio / 2) * tilt + 0.12 * (noise.fractal(x * 3, y * 3, 3) - 0.5);
			double band = Math.exp(-across * across * 26);
			double dust = noise.fractal(x * 4 + 40, y * 4, 6);
			colour = colour.plus(Rgb.of(0xb7a4d6), band * 0.75 * Noise.smooth(0.3, 0.75, dust));
			colour = colour.plus(Rgb.of(0xf4c79a), band * band * 0.35 * Noise.smooth(0.45, 0.8, dust));
			colour = colour.plus(WHITE, stars(noise, x, y, 90, 0.06 + 0.1 * band));
			return colour.plus(WHITE, 1.4 * stars(noise, x + 7, y, 34, 0.05)).argb(1);
		};
	}

	/** A sun above the sea and its road of light. */
	static Scene sea(long seed, double ratio) {
		Noise noise = new Noise(seed);
		Rgb[] sky = SKIES[(int) (noise.value(4, 1) * SKIES.length)];
		double horizon = 0.52 + 0.1 * noise.value(5, 5);
		double sunX = ratio * (0.3 + 0.4 * noise.value(6, 6));
		double sunY = horizon - 0.1;
		return (x, y) -> {
			if (y < horizon) {
				return sun(sky, x, y, sunX, sunY, noise).argb(1);
			}
			double depth = (y - horizon) / (1 - horizon);
			double distance = 0.04 + depth;
			double wave = noise.fractal((x - ratio / 2) * 5 / distance, 2.2 / distance * 6, 4);
			double mirrored = horizon - (y - horizon) * 0.9 + 0.1 * (wave - 0.5);
			Rgb colour = Rgb.gradient(mirrored / 0.75, sky).times(0.62).mix(sky[0].times(0.5), depth * 0.75);
			colour = colour.plus(sky[1], 0.4 * (wave - 0.5));
			double road = Math.exp(-Math.pow((x - sunX) / (0.03 + 0.16 * depth), 2));
			return colour.plus(sky[4], 0.95 * road * Noise.smooth(0.42, 0.68, wave)).argb(1);
		};
	}

	/** Green curtains above a frozen lake. */
	static Scene aurora(long seed, double ratio) {
		Noise noise = new Noise(seed);
		double shore = 0.74;
		return (x, y) -> {
			double mirror = (y > shore) ? 2 * shore - y + 0.02 * (noise.fractal(x * 8, y * 60, 2) - 0.5) : y;
			double hill = shore - 0.17 * noise.fractal(x * 2.1, 7.7, 6) + 0.045;
			Rgb colour;
			if (mirror > hill) {
				colour = Rgb.of(0x050b12);
			}
			else {
				colour = Rgb.gradient(mirror / shore, Rgb.of(0x050818), Rgb.of(0x0a1a33), Rgb.of(0x123a4a));
				colour = colour.plus(curtains(noise, x, mirror), 1);
				colour = colour.plus(WHITE, stars(noise, x, mirror, 70, 0.06));
			}
			if (y > shore) {
				colour = colour.times(0.55).plus(Rgb.of(0x0b2233), 0.35);
			}
			return colour.argb(1);
		};
	}

	private static Rgb curtains(Noise noise, double x, double y) {
		Rgb light = new Rgb(0, 0, 0);
		for (int i = 0; i < 3; i++) {
			double edge = 0.5 - 0.12 * i + 0.22 * (noise.fractal(x * 1.3 + i * 31, 0.5 + i, 4) - 0.5);
			double above = edge - y;
			double rays = 0.35 + 0.65 * noise.fractal(x * 16 + i * 5, y * 0.6 + i, 3);
			double strength = ((above > 0) ? Math.exp(-above * 5.5) : Math.exp(above * 38)) * rays * rays;
			Rgb colour = Rgb.of(0x2dffa0).mix(Rgb.of(0x9a4dff), Noise.smooth(0.03, 0.42, above));
			light = light.plus(colour, strength * (1 - 0.22 * i));
		}
		return light;
	}

	/** Folded clouds of light. */
	static Scene nebula(long seed, double ratio) {
		Noise noise = new Noise(seed);
		Rgb[] warm = (noise.value(8, 8) < 0.5)
				? new Rgb[] { Rgb.of(0x05040f), Rgb.of(0x2a1458), Rgb.of(0xa32a74), Rgb.of(0xff8a5c), Rgb.of(0xfff0c9) }
				: new Rgb[] { Rgb.of(0x030a12), Rgb.of(0x0c3350), Rgb.of(0x1f8a8c), Rgb.of(0xc2e59c),
						Rgb.of(0xfffbe0) };
		return (x, y) -> {
			double foldX = noise.fractal(x * 2, y * 2, 5);
			double foldY = noise.fractal(x * 2 + 5.2, y * 2 + 1.3, 5);
			double cloud = noise.fractal(x * 1.6 + 3.4 * foldX, y * 1.6 + 3.4 * foldY, 6);
			double core = Math.exp(-(Math.pow(x - ratio * 0.55, 2) + Math.pow(y - 0.45, 2)) * 2.1);
			Rgb colour = Rgb.gradient(Noise.smooth(0.3, 0.85, cloud) * (0.4 + 0.55 * core), warm);
			return colour.plus(WHITE, stars(noise, x, y, 60, 0.07)).argb(1);
		};
	}

	/** A Julia set. */
	static Scene fractal(long seed, double ratio) {
		Noise noise = new Noise(seed);
		double[] constant = JULIAS[(int) (noise.value(9, 1) * JULIAS.length)];
		double real = constant[0] + 0.004 * noise.value(9, 3);
		double imaginary = constant[1] + 0.004 * noise.value(9, 4);
		Rgb[] palette = FRACTALS[(int) (noise.value(9, 2) * FRACTALS.length)];
		return (x, y) -> {
			double re = (x - ratio / 2) * 2.3;
			double im = (y - 0.5) * 2.3;
			int steps = 0;
			while (re * re + im * im < 40 && steps < 220) {
				double next = re * re - im * im + real;
				im = 2 * re * im + imaginary;
				re = next;
				steps++;
			}
			if (steps == 220) {
				return Rgb.of(0x0a0614).argb(1);
			}
			double smooth = steps + 1 - Math.log(Math.log(re * re + im * im) / 2) / Math.log(2);
			double place = Math.sqrt(Math.max(0, smooth) / 120);
			return Rgb.gradient(place * 1.15 - 0.12, palette).argb(1);
		};
	}

	/** Walls of layered sandstone. */
	static Scene canyon(long seed, double ratio) {
		Noise noise = new Noise(seed);
		Rgb[] sky = SKIES[(int) (noise.value(3, 8) * SKIES.length)];
		double sunX = ratio * (0.65 + 0.2 * noise.value(2, 8));
		return (x, y) -> {
			for (int layer = 0; layer < 4; layer++) {
				double crest = wall(noise, x, layer);
				double next = (layer == 3) ? 2 : wall(noise, x, layer + 1);
				if (y > crest && y <= Math.max(crest, next)) {
					double slope = wall(noise, x + 0.004, layer) - crest;
					double lit = Noise.smooth(-0.0022, 0.0022, slope);
					double ripple = 0.5 + 0.5 * Math.sin((y - crest) * 260 * (1.4 - 0.3 * layer)
							+ 5 * noise.fractal(x * 3, y * 5 + layer, 3) + x * 9);
					Rgb sand = Rgb.of(0x5a2c22).mix(Rgb.of(0xf2b36b), lit * 0.85);
					sand = sand.mix(sky[3], 0.45 * (3 - layer) / 3.0);
					return sand.times(0.93 + 0.09 * ripple - 0.22 * Noise.smooth(0, 0.5, y - crest)).argb(1);
				}
			}
			return sun(sky, x, y, sunX, 0.28, noise).argb(1);
		};
	}

	private static double wall(Noise noise, double x, int layer) {
		double wave = noise.fractal(x * (1.9 - 0.25 * layer) + layer * 13, layer * 4.5, 2);
		double sharp = 1 - Math.abs(2 * wave - 1);
		return 0.34 + layer * 0.17 + 0.16 * (0.75 - sharp);
	}

	/** A planet with a ring; transparent round it. */
	static Scene planet(long seed, double ratio) {
		Noise noise = new Noise(seed);
		return (x, y) -> {
			double dx = (x - ratio / 2) / 0.3;
			double dy = (y - 0.5) / 0.3;
			double flat = (dy + dx * 0.35) / 0.26;
			double ring = Math.sqrt(dx * dx + flat * flat);
			double radius = Math.sqrt(dx * dx + dy * dy);
			double ringAlpha = Noise.smooth(1.25, 1.32, ring) * (1 - Noise.smooth(1.62, 1.68, ring))
					* (0.45 + 0.55 * noise.at(ring * 42, 1));
			boolean front = dy + dx * 0.35 > 0;
			if (ringAlpha > 0.02 && (front || radius > 1)) {
				return Rgb.of(0xf5dcb8).mix(Rgb.of(0x9fb8d8), noise.at(ring * 16, 4)).argb(ringAlpha);
			}
			double edge = 1 - Noise.smooth(0.985, 1.005, radius);
			if (edge <= 0) {
				double glow = Math.exp(-(radius - 1) * 9) * 0.35;
				return Rgb.of(0x7fd4ff).argb(glow);
			}
			double z = Math.sqrt(Math.max(0, 1 - radius * radius));
			double bands = noise.fractal(dx * 0.9 + 2 * noise.fractal(dx * 2, dy * 4, 4), dy * 4.2, 5);
			Rgb body = Rgb.gradient(Noise.smooth(0.25, 0.75, bands), Rgb.of(0x1d4e89), Rgb.of(0x3aa6b9),
					Rgb.of(0xf9ecd0), Rgb.of(0xf08a4b));
			double light = Noise.clamp(-0.55 * dx - 0.45 * dy + 0.7 * z);
			return body.times(0.08 + 1.05 * light).plus(Rgb.of(0x7fd4ff), 0.3 * Math.pow(1 - z, 3)).argb(edge);
		};
	}

	private static Rgb sun(Rgb[] sky, double x, double y, double sunX, double sunY, Noise noise) {
		double distance = Math.hypot(x - sunX, y - sunY);
		Rgb colour = Rgb.gradient(y / 0.72, sky);
		double cloud = Noise.smooth(0.5, 0.78, noise.fractal(x * 1.6, y * 7, 5));
		colour = colour.mix(sky[3], 0.45 * cloud * (1 - y));
		colour = colour.plus(sky[4], 0.55 * Math.exp(-distance * 5));
		return colour.mix(sky[4].plus(WHITE, 0.3), 1 - Noise.smooth(0.055, 0.06, distance));
	}

	private static double stars(Noise noise, double x, double y, double cells, double density) {
		int column = (int) Math.floor(x * cells);
		int row = (int) Math.floor(y * cells);
		if (noise.value(column, row + 9000) > density) {
			return 0;
		}
		double dx = x * cells - column - 0.3 - 0.4 * noise.value(column + 300, row);
		double dy = y * cells - row - 0.3 - 0.4 * noise.value(column, row + 300);
		double brightness = 0.25 + 0.75 * noise.value(column + 70, row + 70);
		return brightness * Math.exp(-(dx * dx + dy * dy) * 40);
	}

}
