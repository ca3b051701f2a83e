package io.github.queuesqlite.reliability.workload;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

import io.github.queuesqlite.reliability.history.Event;
import io.github.queuesqlite.reliability.history.HistoryLog;
import org.jspecify.annotations.Nullable;

/**
 * Collects the heap of this process again and again for a time, so that no other thread
 * gets far: what a heap that is too small does to a process.
 */
final class Collections implements Runnable {

	/** In milliseconds, how long at a time; never when it is not set. */
	static final String PROPERTY = "collections.millis";

	/** What is to be marked and moved each time: about 100 MB. */
	private static final int NODES = 4_000_000;

	private static final int LEAST_PAUSE_MILLIS = 1000;

	private static final int MOST_PAUSE_MILLIS = 6000;

	private final long nanos;

	private final RandomGenerator random;

	private final HistoryLog log;

	private @Nullable Node heap;

	Collections(long millis, long seed, HistoryLog log) {
		this.nanos = millis * 1_000_000;
		this.random = RandomGeneratorFactory.of("SplittableRandom").create(seed);
		this.log = log;
	}

	@Override
	public void run() {
		for (int i = 0; i < NODES; i++) {
			this.heap = new Node(this.heap);
		}
		try {
			while (this.heap != null) {
				Thread.sleep(this.random.nextInt(LEAST_PAUSE_MILLIS, MOST_PAUSE_MILLIS));
				long end = HistoryLog.now() + this.nanos;
				this.log.add(new Event.Collecting(HistoryLog.now()));
				while (HistoryLog.now() < end) {
					System.gc();
				}
				this.log.add(new Event.Collected(HistoryLog.now()));
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private record Node(@Nullable Node next) {

	}

}
