package io.github.queuesqlite.worker;

/** Knows whether a thread calls handlers. */
public final class HandlerThread {

	private static final ThreadLocal<Boolean> CURRENT = new ThreadLocal<>();

	private HandlerThread() {
	}

	/**
	 * Returns whether the current thread is in a handler.
	 * @return false also for what a handler hands over to other threads
	 */
	public static boolean isCurrent() {
		return Boolean.TRUE.equals(CURRENT.get());
	}

	/** The current thread calls handlers from now on. */
	static void enter() {
		CURRENT.set(true);
	}

	/**
	 * The current thread calls handlers no more.
	 * @param before whether it did already when it entered
	 */
	static void leave(boolean before) {
		if (!before) {
			CURRENT.remove();
		}
	}

}
