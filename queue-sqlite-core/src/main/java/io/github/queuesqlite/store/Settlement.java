package io.github.queuesqlite.store;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * How a run ends. Applies only while the run is still its owner's; see
 * {@link MessageStore#settle(Settlement, Completion)}.
 */
public sealed interface Settlement {

	/**
	 * Returns the run.
	 * @return the fence
	 */
	RunKey key();

	/**
	 * Returns whether the handler of the run has begun, or may have.
	 * @return false when a rate need not count it
	 */
	default boolean hasBegun() {
		return true;
	}

	/**
	 * Returns what is stored with the end.
	 * @return empty for most
	 */
	default List<Insertion> followUps() {
		return List.of();
	}

	/**
	 * The handler returned: COMPLETED.
	 *
	 * @param key the run
	 * @param codec who wrote the result; null for none
	 * @param result null for none
	 * @param first whether the handler is called after this: the commit is fsynced,
	 * whatever the durability
	 * @param followUps messages of the same shard whose keys, if any, are at home there,
	 * stored when it applies
	 */
	record Complete(RunKey key, @Nullable String codec, byte @Nullable [] result, boolean first,
			List<Insertion> followUps) implements Settlement {

		public Complete(RunKey key, @Nullable String codec, byte @Nullable [] result, boolean first) {
			this(key, codec, result, first, List.of());
		}

		public Complete(RunKey key, @Nullable String codec, byte @Nullable [] result) {
			this(key, codec, result, false);
		}

		/**
		 * Returns the same end, with what is stored with it.
		 * @param followUps messages of the same shard whose keys are at home there
		 * @return a copy
		 */
		public Complete with(List<Insertion> followUps) {
			return new Complete(this.key, this.codec, this.result, this.first, List.copyOf(followUps));
		}

	}

	/**
	 * It runs again: SCHEDULED, or READY when the time has come. CANCELLED when somebody
	 * asked for that meanwhile. Goes behind what waits.
	 *
	 * @param key the run
	 * @param runAt not before, epoch milliseconds
	 * @param countsAttempt whether the attempt is spent
	 * @param failure recorded with the attempt; null when there was none
	 */
	record Retry(RunKey key, long runAt, boolean countsAttempt, @Nullable FailureRecord failure) implements Settlement {

	}

	/**
	 * It failed for good: DEAD.
	 *
	 * @param key the run
	 * @param failure why
	 * @param countsAttempt whether the attempt counts
	 */
	record Dead(RunKey key, FailureRecord failure, boolean countsAttempt) implements Settlement {

		public Dead(RunKey key, FailureRecord failure) {
			this(key, failure, true);
		}

		@Override
		public boolean hasBegun() {
			return this.countsAttempt;
		}

	}

	/**
	 * Back to READY in its old place, the attempt uncounted: it never started, or stopped
	 * since the application does. CANCELLED when somebody asked for that meanwhile.
	 *
	 * @param key the run
	 * @param hasBegun whether its handler had begun
	 */
	record Release(RunKey key, boolean hasBegun) implements Settlement {

		public Release(RunKey key) {
			this(key, false);
		}

	}

	/**
	 * Its handler stopped as somebody had asked: CANCELLED.
	 *
	 * @param key the run
	 */
	record Cancel(RunKey key) implements Settlement {

	}

	/**
	 * Its time to live ended before it started: EXPIRED, the attempt uncounted.
	 *
	 * @param key the run
	 */
	record Expire(RunKey key) implements Settlement {

		@Override
		public boolean hasBegun() {
			return false;
		}

	}

}
