package io.github.queuesqlite.store;

import java.sql.SQLException;

/**
 * Something to do in a write transaction, on the writer thread. May be run again after
 * the transaction it ran in was rolled back.
 *
 * @param <S> the session
 * @param <R> what it gives back
 */
@FunctionalInterface
public interface Work<S, R> {

	/**
	 * Does it.
	 * @param session in a transaction
	 * @return the result, told after the commit
	 * @throws SQLException if a statement fails
	 */
	R execute(S session) throws SQLException;

}
