package io.github.queuesqlite.store;

import java.sql.SQLException;
import java.util.List;

/**
 * What a writer does in each transaction beside running commands one by one: one turn per
 * transaction.
 * <p>
 * <b>Threads:</b> used by whoever has the baton, one at a time.
 *
 * @param <S> the session
 */
interface Turn<S> {

	/**
	 * Returns whether there is something to do without any command.
	 * @param session outside of a transaction
	 * @return true to get a transaction
	 */
	boolean isWanted(S session) throws SQLException;

	/**
	 * Does the commands of a batch and its own part.
	 * @param session in a transaction
	 * @param batch commands, in the order they were handed in
	 * @param mostRows how many rows its own part may change
	 * @return how many rows changed, for the record
	 */
	int execute(S session, List<Command<S>> batch, int mostRows) throws SQLException;

	/** Tells, after the commit and after the commands were told. */
	void committed();

	/**
	 * Forgets what the failed transaction did.
	 * @param doubtful whether it may be committed all the same; {@link #reconcile}
	 * follows before anything else then
	 */
	void rolledBack(boolean doubtful);

	/** Tells that there will be no more transactions: the file is quarantined. */
	void quarantined();

	/** The file was changed by another process. */
	void changedElsewhere(S session) throws SQLException;

	/** Repairs, in a readable file, what a transaction left that failed at its commit. */
	void reconcile(S session) throws SQLException;

	/**
	 * Runs commands one by one and nothing else.
	 */
	static <S> Turn<S> plain() {
		return new Turn<>() {

			@Override
			public boolean isWanted(S session) {
				return false;
			}

			@Override
			public int execute(S session, List<Command<S>> batch, int mostRows) throws SQLException {
				for (Command<S> command : batch) {
					command.execute(session);
				}
				return batch.size();
			}

			@Override
			public void committed() {
			}

			@Override
			public void rolledBack(boolean doubtful) {
			}

			@Override
			public void quarantined() {
			}

			@Override
			public void changedElsewhere(S session) {
			}

			@Override
			public void reconcile(S session) {
			}

		};
	}

}
