package io.github.queuesqlite.store;

/** When a commit is fsynced. */
enum Sync {

	/** It need not be: what it did is done again. */
	NEVER,

	/** As the durability of the queue says. */
	AS_SET,

	/** Soon after it. */
	LATER,

	/** With it. */
	NOW

}
