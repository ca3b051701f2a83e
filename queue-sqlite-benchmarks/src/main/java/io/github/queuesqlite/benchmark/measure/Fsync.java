package io.github.queuesqlite.benchmark.measure;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** How long the disk takes to make one page durable: what every commit waits for. */
public final class Fsync {

	private static final int PAGE = 4096;

	private Fsync() {
	}

	/**
	 * Appends pages to a new file, each followed by an fsync, and deletes the file.
	 * @param file does not exist; its disk is what is measured
	 * @param times how often; a tenth of it more, first, is not counted
	 * @return milliseconds
	 */
	public static Samples measure(Path file, int times) throws IOException {
		double[] millis = new double[times];
		try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
			ByteBuffer page = ByteBuffer.allocateDirect(PAGE);
			for (int i = -times / 10; i < times; i++) {
				page.clear();
				channel.write(page);
				long start = System.nanoTime();
				channel.force(false);
				if (i >= 0) {
					millis[i] = (System.nanoTime() - start) / 1e6;
				}
			}
		}
		Files.delete(file);
		return Samples.of(millis);
	}

}
