package io.github.queuesqlite.benchmark.peer;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Looks at how many messages were handled, every few milliseconds. */
final class Watch {

	private static final long STEP_MILLIS = 5;

	private long longestPause;

	/** Returns whether the condition came true in time. */
	boolean until(BooleanSupplier condition, Duration patience) throws InterruptedException {
		long start = System.nanoTime();
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() - start >= patience.toNanos()) {
				return false;
			}
			TimeUnit.MILLISECONDS.sleep(STEP_MILLIS);
		}
		return true;
	}

	/**
	 * Returns how many messages a second were handled until there is nothing left or the
	 * time is over.
	 */
	double rate(BooleanSupplier nothingLeft, Duration window) throws InterruptedException {
		long start = System.nanoTime();
		long before = Handled.count();
		long last = before;
		long progress = start;
		long now = start;
		while (now - start < window.toNanos() && !nothingLeft.getAsBoolean()) {
			TimeUnit.MILLISECONDS.sleep(STEP_MILLIS);
			now = System.nanoTime();
			long count = Handled.count();
			if (count > last) {
				progress = now;
				last = count;
			}
			this.longestPause = Math.max(this.longestPause, now - progress);
		}
		return (last - before) * 1e9 / (now - start);
	}

	/** The longest time without any message handled while a rate was taken. */
	double longestPauseSeconds() {
		return this.longestPause / 1e9;
	}

}
