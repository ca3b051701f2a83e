package io.github.queuesqlite.benchmark;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** How long the disk takes to make one page durable: what every commit waits for. */
final class FsyncSection implements Section {

	static final String NAME = "raw";

	private static final int PAGE = 4096;

	@Override
	public void measure(Bench bench) throws IOException {
		Path file = bench.workspace().next("fsync");
		double[] millis = new double[bench.count(3000, 1000)];
		try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
			ByteBuffer page = ByteBuffer.allocateDirect(PAGE);
			for (int i = -millis.length / 10; i < millis.length; i++) {
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
		Samples samples = Samples.of(millis);
		bench.report().fsync(samples.percentile(50), samples.percentile(99));
	}

}
