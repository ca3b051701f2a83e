package io.github.queuesqlite.store;

/** What became of the wish to change the message that has a unique key. */
public enum HolderChange {

	/** It is as was wished. */
	CHANGED,

	/** It runs: nothing was changed. */
	RUNNING,

	/** It does not have the key, here: it has ended, or never had it. */
	ABSENT

}
