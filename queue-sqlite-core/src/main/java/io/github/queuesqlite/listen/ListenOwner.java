package io.github.queuesqlite.listen;

/**
 * Who delivers to listeners: the epoch of this process, and what it knows of others. A
 * listener of several processes is served by one of them; another takes over when that
 * one is dead.
 * <p>
 * <b>Threads:</b> called by several threads at once, never by a writer thread; may block.
 */
public interface ListenOwner {

	/**
	 * Returns the epoch of this process.
	 * @return changes when this process was taken for dead
	 */
	long epoch();

	/**
	 * Returns whether nobody can have taken this process for dead so far.
	 * @param epoch its epoch, or an earlier one
	 * @return false when what the epoch owns may be another's, though the store may not
	 * say so yet: this process stood still, or could not write
	 */
	boolean holdsLease(long epoch);

	/**
	 * Returns whether a process is gone for good.
	 * @param epoch its epoch
	 * @return false when it lives or nobody can tell
	 */
	boolean isDead(long epoch);

}
