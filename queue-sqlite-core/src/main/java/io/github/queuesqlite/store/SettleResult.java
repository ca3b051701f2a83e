package io.github.queuesqlite.store;

/** Whether a settlement applied. */
public enum SettleResult {

	/** The row changed as asked. */
	APPLIED,

	/** The run was no longer its owner's; nothing changed. */
	LOST,

	/** Somebody had asked to cancel the message: it is CANCELLED instead. */
	CANCELLED

}
