package io.github.queuesqlite.store;

import java.sql.SQLException;

/**
 * The one writing connection of one file, used by whoever has the baton, one at a time.
 */
public interface Session extends AutoCloseable {

	/**
	 * Begins a write transaction.
	 * @param synced whether its commit is fsynced
	 * @throws SQLException if it cannot begin: nothing is written
	 */
	void begin(boolean synced) throws SQLException;

	/**
	 * Commits.
	 * @throws SQLException if the outcome is not known to be committed
	 */
	void commit() throws SQLException;

	/**
	 * Rolls back, whatever state the connection is in, and forgets what it remembered.
	 */
	void rollback();

	/**
	 * Classifies a failure of a statement.
	 * @param failure what a statement or commit threw
	 * @return what it means for the transaction
	 */
	Fault classify(SQLException failure);

	/**
	 * Declares the quarantine of the file.
	 * @param failure one that is {@link Fault#DAMAGED}
	 */
	void damaged(SQLException failure);

	/**
	 * Commits a small synced write: after it, what can be read is what will stay.
	 * @throws SQLException if the file cannot be written
	 */
	void probe() throws SQLException;

	/**
	 * Writes something small in the transaction: the commit of one that wrote nothing
	 * syncs nothing, also nothing of what was committed before.
	 * @throws SQLException if the file cannot be written
	 */
	void writeProbe() throws SQLException;

	/**
	 * Looks at the disk.
	 * @param bytes about how many are to be written next
	 * @return whether there is room for new data
	 */
	Room room(long bytes);

	/**
	 * Gives up what room is held for ends of runs, if the failure is for lack of it.
	 * @param failure what a statement, commit or checkpoint threw
	 * @return why new data must be refused; empty when it failed for another reason
	 */
	String makeRoom(SQLException failure);

	/**
	 * Makes sure that new data can be stored again after a fault.
	 * @throws SQLException if it cannot
	 */
	void repair() throws SQLException;

	/**
	 * Returns whether another process committed since the last call.
	 * @return true when cached knowledge must be refreshed
	 * @throws SQLException if the file cannot be read
	 */
	boolean changedElsewhere() throws SQLException;

	/**
	 * Keeps the write-ahead log small.
	 * @param idle whether there is time for it
	 * @return why new messages must be refused; empty when they need not be
	 * @throws SQLException if the file cannot be written
	 */
	String trim(boolean idle) throws SQLException;

	/**
	 * Returns how many pages of the file hold nothing.
	 * @return 0 or more
	 * @throws SQLException if the file cannot be read
	 */
	long freePages() throws SQLException;

	/**
	 * Gives free pages back to the file system, in the transaction.
	 * @param pages how many at most
	 * @return how many; 0 when none is left, or the file cannot become smaller
	 * @throws SQLException if the file cannot be written
	 */
	long giveBack(int pages) throws SQLException;

	/**
	 * Returns what the file is called, for people.
	 * @return {@code shard 3 (queue_shard_3.db)}
	 */
	String label();

	@Override
	void close();

	/** What a failure means for the transaction it happened in. */
	enum Fault {

		/** The statement failed alone; the transaction goes on. */
		ROW,

		/** The file could not be locked; nothing was written. */
		BUSY,

		/** The disk or the file: nobody knows what is written. */
		STORAGE,

		/** The file is damaged and must not be used any more. */
		DAMAGED,

		/** A defect: trying the same again gives the same. */
		DEFECT

	}

}
