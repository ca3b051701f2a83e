package io.github.queuesqlite.store;

/** What all threads of the engine do alike. */
public final class Threads {

	private Threads() {
	}

	/**
	 * Waits for the end of a thread, whatever interrupts: the interrupt is kept for
	 * later.
	 * @param thread that is about to end
	 */
	public static void awaitEnd(Thread thread) {
		boolean interrupted = false;
		while (thread.isAlive()) {
			try {
				thread.join();
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

}
