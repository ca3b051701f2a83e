package io.github.queuesqlite;

/**
 * What a commit waits for.
 *
 * @since 0.1.0
 */
public enum Durability {

	/**
	 * Survives power loss: each commit of an enqueue or of the end of a run is fsynced.
	 */
	FULL,

	/** Survives a killed process; power loss may take the last 200 ms. */
	NORMAL

}
