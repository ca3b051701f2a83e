package io.github.queuesqlite.reliability.history;

import java.util.function.Consumer;

/** A promise that a history either keeps or breaks. */
interface Rule {

	/**
	 * Compares what happened with what the queue holds.
	 * @param facts what happened
	 * @param snapshot what the queue holds, once nothing more happens
	 * @param violations gets what was expected and what was found
	 */
	void check(Facts facts, Snapshot snapshot, Consumer<String> violations);

}
