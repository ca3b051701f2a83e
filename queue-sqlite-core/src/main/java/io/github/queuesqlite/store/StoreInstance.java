package io.github.queuesqlite.store;

/**
 * One start of one process, or of one application context, on the store.
 */
public interface StoreInstance {

	/**
	 * Returns the number that fences its claims. Rises with every start.
	 * @return 1 or greater
	 */
	long epoch();

	/**
	 * Returns which of the 32 places it holds.
	 * @return 0 to 31
	 */
	int slot();

	/**
	 * Returns its name, for people.
	 * @return host and process id
	 */
	String name();

	/**
	 * Returns when its latest sign of life was given that a shard has stored: a moment
	 * before others could see it.
	 * @return {@link System#nanoTime()}
	 */
	long beatAt();

	/**
	 * Notes that a run begins, so that after a crash only started runs count as attempts.
	 * Survives the kill of the process; costs no commit.
	 * @param key the run
	 * @return what to give to {@link #settled(int)}
	 */
	int started(RunKey key);

	/**
	 * Forgets the note once the run is settled.
	 * @param note what {@link #started(RunKey)} returned
	 */
	void settled(int note);

}
