package io.github.queuesqlite.store;

/**
 * Marks the threads on which nothing may block: a commit must never wait for a commit.
 */
final class WriterThread extends Thread {

	WriterThread(String name, Runnable loop) {
		super(loop, name);
		setDaemon(true);
	}

	static void refuse() {
		if (Thread.currentThread() instanceof WriterThread) {
			throw new IllegalStateException("Blocking call on writer thread '" + Thread.currentThread().getName()
					+ "': it would wait for itself. Hand over to another thread.");
		}
	}

}
