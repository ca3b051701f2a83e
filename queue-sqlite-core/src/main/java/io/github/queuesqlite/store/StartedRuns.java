package io.github.queuesqlite.store;

import java.util.function.Predicate;

/**
 * Which runs of an instance had started: those that its end may be the fault of.
 */
@FunctionalInterface
public interface StartedRuns extends Predicate<RunKey> {

	/** Nobody knows: each run counts as started, and none is to blame. */
	StartedRuns UNKNOWN = new StartedRuns() {

		@Override
		public boolean test(RunKey key) {
			return true;
		}

		@Override
		public boolean isKnown() {
			return false;
		}

	};

	/**
	 * Returns whether the notes could be read.
	 * @return false when each run counts as started for want of better knowledge
	 */
	default boolean isKnown() {
		return true;
	}

}
