package io.github.queuesqlite.benchmark.peer;

import java.util.List;

/**
 * A durable queue with one task, whose handler is {@link Handled#handle}.
 * <p>
 * <b>Threads:</b> several may put in at once.
 */
interface Contestant extends AutoCloseable {

	/** Puts one message in and returns when it is durable. */
	void enqueue(String payload);

	/** Puts messages in by the API for many and returns when they are durable. */
	void enqueueAll(List<String> payloads);

	/** Begins to handle messages; none are before. */
	void startWorkers();

	/** Stops and lets go of the files. */
	@Override
	void close();

}
