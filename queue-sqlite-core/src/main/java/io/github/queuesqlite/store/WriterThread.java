package io.github.queuesqlite.store;

import java.sql.SQLException;

import org.jspecify.annotations.Nullable;

/**
 * Marks the threads on which nothing may block: a commit must never wait for a commit.
 * Callers that do a writer's work are of them meanwhile.
 */
final class WriterThread extends Thread {

	private static final ThreadLocal<@Nullable Boolean> IN_PLACE = new ThreadLocal<>();

	WriterThread(String name, Runnable loop) {
		super(loop, name);
		setDaemon(true);
	}

	/** Does something in place of a writer. */
	static boolean inPlace(Transaction transaction) throws SQLException {
		IN_PLACE.set(true);
		try {
			return transaction.run();
		}
		finally {
			IN_PLACE.remove();
		}
	}

	/** Returns whether the current thread is in the place of a writer. */
	static boolean isInPlace() {
		return IN_PLACE.get() != null;
	}

	static void refuse() {
		if (Thread.currentThread() instanceof WriterThread || isInPlace()) {
			throw new IllegalStateException("Blocking call on writer thread '" + Thread.currentThread().getName()
					+ "': it would wait for itself. Hand over to another thread.");
		}
	}

	/** What is done in place of a writer. */
	interface Transaction {

		boolean run() throws SQLException;

	}

}
