package io.github.queuesqlite.maintenance;

import java.time.Duration;
import java.util.function.LongSupplier;

import io.github.queuesqlite.store.StoreInstance;

/**
 * How long an instance owns what it has claimed without a further sign of life.
 *
 * @param duration more than 0
 * @param nanoTime monotonic clock, {@link System#nanoTime()} outside tests
 */
public record Lease(Duration duration, LongSupplier nanoTime) {

	/**
	 * Returns whether nobody can have taken an instance for dead so far. What it has
	 * claimed is not surely its own otherwise, though the store may not have said so yet:
	 * this process was frozen, or could not write.
	 * @param instance of this process
	 * @return false when its latest sign of life is older than the lease
	 */
	boolean isHeldBy(StoreInstance instance) {
		return this.nanoTime.getAsLong() - instance.beatAt() < this.duration.toNanos();
	}

}
