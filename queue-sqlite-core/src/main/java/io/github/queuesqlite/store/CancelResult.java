package io.github.queuesqlite.store;

/** What a cancel did. */
public enum CancelResult {

	/** It waited and is CANCELLED now. */
	CANCELLED,

	/** It runs; its handler is asked to stop. */
	REQUESTED,

	/** It had ended, was asked before, or does not exist. */
	UNCHANGED

}
