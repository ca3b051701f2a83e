package io.github.queuesqlite.benchmark.peer;

/** Makes contestants, each with a new and empty store. */
@FunctionalInterface
interface Contestants extends AutoCloseable {

	/**
	 * Makes the next one.
	 * @param threads that handle messages, where its settings leave that open
	 */
	Contestant next(int threads);

	/** Ends what all of them used. */
	@Override
	default void close() {
	}

}
