package io.github.queuesqlite.reliability.points;

import java.nio.file.Path;
import java.util.function.LongConsumer;

import org.jspecify.annotations.Nullable;

/**
 * An operation that is stopped at each of its statements.
 *
 * @param name of the operation
 * @param commits how many transactions of one shard it takes at most: more states of its
 * file must not be seen; 0 when that depends on the moment
 * @param deletes whether messages go
 * @param prepare makes what it needs, unwatched
 * @param act does it; can be done again, whatever of it was done before
 * @param done what must hold once it was done
 */
record Scenario(String name, int commits, boolean deletes, Step prepare, Action act, Step done) {

	/** Does something with an open queue. */
	@FunctionalInterface
	interface Step {

		void run(OpenQueue queue);

	}

	/** The operation itself. */
	@FunctionalInterface
	interface Action {

		/**
		 * Does it.
		 * @param queue open
		 * @param told takes the ids of messages that are acknowledged as stored
		 */
		void run(OpenQueue queue, LongConsumer told);

	}

	/**
	 * The opening of a directory, stopped at each statement.
	 *
	 * @param name of the operation
	 * @param before the shards of the directory; null when there is none
	 * @param damage what happens to the closed directory
	 * @param after the shards asked for; null for what is stored
	 */
	record Opening(String name, @Nullable Integer before, Damage damage, @Nullable Integer after) {

	}

	/** Does something to closed files. */
	@FunctionalInterface
	interface Damage {

		void to(Path directory) throws Exception;

	}

}
