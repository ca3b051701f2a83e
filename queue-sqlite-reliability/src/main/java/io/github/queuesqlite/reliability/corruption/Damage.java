package io.github.queuesqlite.reliability.corruption;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.random.RandomGenerator;

/**
 * What was done to a file.
 *
 * @param kind for the counts
 * @param text for a person
 * @param pages how many pages are concerned at most
 */
record Damage(String kind, String text, int pages) {

	private static final int PAGE = 4096;

	private static final int MOST_BITS = 8;

	private static final int MOST_PAGES = 4;

	/**
	 * Damages a file.
	 * @param path the file
	 * @param random what and where
	 */
	static Damage doTo(Path path, RandomGenerator random) throws IOException {
		try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
			return switch (random.nextInt(5)) {
				case 0, 1 -> flip(file, random);
				case 2, 3 -> zero(file, random);
				default -> cut(file, random);
			};
		}
	}

	private static Damage flip(RandomAccessFile file, RandomGenerator random) throws IOException {
		int bits = random.nextInt(1, MOST_BITS + 1);
		StringBuilder text = new StringBuilder("bits flipped in the bytes at");
		for (int i = 0; i < bits; i++) {
			long at = random.nextLong(file.length());
			file.seek(at);
			int value = file.read();
			file.seek(at);
			file.write(value ^ (1 << random.nextInt(8)));
			text.append(' ').append(at);
		}
		return new Damage("bit flips", text.toString(), bits);
	}

	private static Damage zero(RandomAccessFile file, RandomGenerator random) throws IOException {
		int pages = random.nextInt(1, MOST_PAGES + 1);
		StringBuilder text = new StringBuilder("pages zeroed at");
		for (int i = 0; i < pages; i++) {
			long at = random.nextLong((file.length() + PAGE - 1) / PAGE) * PAGE;
			file.seek(at);
			file.write(new byte[(int) Math.min(PAGE, file.length() - at)]);
			text.append(' ').append(at);
		}
		// A frame of the log is not aligned: a page of zeros hits two.
		return new Damage("zeroed pages", text.toString(), 2 * pages);
	}

	private static Damage cut(RandomAccessFile file, RandomGenerator random) throws IOException {
		long before = file.length();
		long length = random.nextLong(before);
		file.setLength(length);
		return new Damage("truncations", "cut from %d to %d bytes".formatted(before, length),
				(int) ((before - length) / PAGE) + 2);
	}

}
