package io.github.queuesqlite.benchmark.shape;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The base case for a long time, looked at every second. */
public final class SteadyRun {

	private static final double MB = 1 << 20;

	private SteadyRun() {
	}

	/**
	 * Measures, after a warm-up.
	 * @param directory does not exist; is not deleted
	 * @param warmUp how long nothing is noted
	 * @param seconds how long
	 * @return each second
	 */
	public static List<Second> measure(Path directory, Duration warmUp, int seconds) throws InterruptedException {
		List<Second> noted = new ArrayList<>();
		try (ShapeQueue queue = new ShapeQueue(Shape.BASE, directory, Company.NONE)) {
			queue.queue().start();
			try (ShapeProducers producers = new ShapeProducers(Shape.BASE, queue)) {
				TimeUnit.MILLISECONDS.sleep(warmUp.toMillis());
				for (int i = 0; i < seconds; i++) {
					long before = queue.handled.sum();
					long start = System.nanoTime();
					TimeUnit.SECONDS.sleep(1);
					double rate = (queue.handled.sum() - before) * 1e9 / (System.nanoTime() - start);
					noted.add(new Second(rate, queue.bytes(".db") / MB, queue.bytes("-wal") / MB));
				}
			}
		}
		return noted;
	}

	/**
	 * What was seen in a second.
	 *
	 * @param rate messages handled
	 * @param filesMb size of the shards' files
	 * @param logsMb size of their write-ahead logs
	 */
	public record Second(double rate, double filesMb, double logsMb) {

	}

}
