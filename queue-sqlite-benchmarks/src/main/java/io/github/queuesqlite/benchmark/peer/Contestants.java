package io.github.queuesqlite.benchmark.peer;

/** Makes contestants, each with a new and empty store. */
@FunctionalInterface
interface Contestants extends AutoCloseable {

	Contestant next();

	/** Ends what all of them used. */
	@Override
	default void close() {
	}

}
