package io.github.queuesqlite.benchmark.shape;

import java.nio.file.Path;

import io.github.queuesqlite.EmbeddedQueue;

/** What else goes on while a shape is measured. */
public interface Company {

	/** Nothing. */
	Company NONE = new Company() {
	};

	/**
	 * Changes settings of the queue.
	 * @param builder about to build it
	 */
	default void configure(EmbeddedQueue.Builder builder) {
	}

	/**
	 * Begins, before the warm-up.
	 * @param queue the queue, started
	 * @param directory its files
	 * @return ends it
	 */
	default AutoCloseable begin(EmbeddedQueue queue, Path directory) throws Exception {
		return () -> {
		};
	}

}
