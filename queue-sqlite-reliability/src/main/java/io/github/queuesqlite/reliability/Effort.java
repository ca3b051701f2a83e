package io.github.queuesqlite.reliability;

import java.nio.file.Path;
import java.time.Duration;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

import org.jspecify.annotations.Nullable;

/**
 * How much of a layer is run.
 *
 * @param isLong the counts that a release needs rather than those of each build
 * @param count replaces a layer's own count; null to leave it
 * @param duration replaces a layer's own duration; null to leave it
 * @param seed of all random numbers: the same seed makes the same choices
 * @param directory where the layer makes its files; empty at first, deleted when nothing
 * was found
 */
public record Effort(boolean isLong, @Nullable Integer count, @Nullable Duration duration, long seed, Path directory) {

	/**
	 * Returns how often to try.
	 * @param shortCount in each build
	 * @param longCount for a release
	 * @return 1 or more
	 */
	public int count(int shortCount, int longCount) {
		if (this.count != null) {
			return this.count;
		}
		return this.isLong ? longCount : shortCount;
	}

	/**
	 * Returns how long to try.
	 * @param shortDuration in each build
	 * @param longDuration for a release
	 * @return more than 0
	 */
	public Duration duration(Duration shortDuration, Duration longDuration) {
		if (this.duration != null) {
			return this.duration;
		}
		return this.isLong ? longDuration : shortDuration;
	}

	/**
	 * Returns random numbers of one try, which do not depend on other tries.
	 * @param number of the try
	 * @return the numbers, for one thread
	 */
	public RandomGenerator random(long number) {
		return RandomGeneratorFactory.of("SplittableRandom").create(this.seed * 1_000_003 + number);
	}

}
