package io.github.queuesqlite.reliability.diskfull;

/** Who fills the disk, and how. */
enum Filling {

	/** The queue itself, message by message. */
	OWN,

	/** Another program, to the last byte at once. */
	FOREIGN,

	/** Another program, which then takes each byte that becomes free. */
	GREEDY

}
