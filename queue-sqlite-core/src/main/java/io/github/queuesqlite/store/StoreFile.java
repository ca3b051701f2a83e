package io.github.queuesqlite.store;

import java.nio.file.Path;

import io.github.queuesqlite.message.FileCheck;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.StoreUnavailableException;

/**
 * A file of the store as a whole, for those who look after it while it is in use.
 * <p>
 * <b>Threads:</b> safe for use by several threads, never a writer thread.
 * <p>
 * <b>Errors</b> of every method: {@link StoreUnavailableException} when the file cannot
 * be read or written, or the queue is closed meanwhile; {@link QueueException} when the
 * thread was interrupted, whose flag is kept.
 */
public interface StoreFile {

	/** Returns its name. */
	String name();

	/** Returns how many bytes it takes, in use with its write-ahead log. */
	long size();

	/**
	 * Reads all of the file. Others go on meanwhile; the write-ahead log cannot start
	 * over, so that the check is broken off when it grows too large.
	 * @return what is wrong; a damaged file is quarantined
	 */
	FileCheck check();

	/**
	 * Gives free pages back to the file system, in small transactions between those of
	 * others: about as many as are free at the call.
	 */
	void compact();

	/**
	 * Does something while nobody, in any process, commits to the file.
	 * @param action must be quick: all wait for it
	 */
	void still(Runnable action);

	/**
	 * Prepares a copy.
	 * @param directory where it goes, under the name of the file
	 * @return to be closed
	 */
	Copy copy(Path directory);

	/** A copy that is being made. */
	interface Copy extends AutoCloseable {

		/**
		 * Says that this moment is to be copied: what is committed later is not in it.
		 */
		void freeze();

		/**
		 * Writes the copy. When this returns it is whole, checked and on the disk.
		 * @throws QueueException if it is not
		 */
		void write();

		@Override
		void close();

	}

}
