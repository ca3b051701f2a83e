package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.sql.SQLException;

/** Runs reads of files. */
@FunctionalInterface
interface Reads {

	/**
	 * Reads something.
	 * @param file the file
	 * @param gate its gate
	 * @param read what to do; more than once when it was stopped, so that it must begin
	 * anew each time
	 * @return what it gave back in the end
	 * @throws io.github.queuesqlite.message.StoreUnavailableException if the file cannot
	 * be read
	 */
	<R> R read(Path file, ReaderGate gate, Read<R> read);

	/** Reads something. */
	@FunctionalInterface
	interface Read<R> {

		R read(Statements statements) throws SQLException;

	}

}
