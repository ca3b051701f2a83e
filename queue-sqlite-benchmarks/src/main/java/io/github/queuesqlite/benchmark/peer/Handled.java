package io.github.queuesqlite.benchmark.peer;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

import org.jspecify.annotations.Nullable;

/**
 * What the handlers of the only contestant of this JVM saw. Static, since some
 * contestants make their handlers themselves.
 */
final class Handled {

	private static final LongAdder COUNT = new LongAdder();

	private static volatile @Nullable AtomicLongArray starts;

	private Handled() {
	}

	/** Is what every handler does. */
	static void handle(String payload) {
		AtomicLongArray watched = starts;
		if (watched != null) {
			int number = Payload.number(payload);
			if (number < watched.length()) {
				watched.compareAndSet(number, 0, System.nanoTime());
			}
		}
		COUNT.increment();
	}

	static long count() {
		return COUNT.sum();
	}

	/**
	 * Notes from now on when each numbered message was first started.
	 * @return the time of each number by {@link System#nanoTime()}, 0 before
	 */
	static AtomicLongArray watch(int messages) {
		AtomicLongArray watched = new AtomicLongArray(messages);
		starts = watched;
		return watched;
	}

	static void unwatch() {
		starts = null;
	}

}
