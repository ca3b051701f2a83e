package io.github.queuesqlite.store;

/**
 * How many messages of each task a claimer may claim: permits that are taken before a
 * claim, kept by what it claimed, and given back by what it did not.
 * <p>
 * <b>Threads:</b> called on writer threads: must be quick, must not block, throw, or run
 * user code.
 */
public interface Quota {

	/** Any number of each task. */
	Quota UNLIMITED = new Quota() {

		@Override
		public int take(String task, int max) {
			return max;
		}

		@Override
		public void giveBack(String task, int n) {
		}

	};

	/**
	 * Takes permits.
	 * @param task for messages of this task
	 * @param max how many at most
	 * @return how many: 0 when there is none
	 */
	int take(String task, int max);

	/**
	 * Gives permits back.
	 * @param task for messages of this task
	 * @param n how many of those that were taken
	 */
	void giveBack(String task, int n);

}
