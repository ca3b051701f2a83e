package io.github.queuesqlite.benchmark.shape;

import java.lang.reflect.InvocationTargetException;

/** Starts threads of either kind. */
final class Threads {

	private Threads() {
	}

	static Thread start(boolean virtual, String name, Runnable task) {
		if (virtual) {
			return startVirtual(task);
		}
		Thread thread = new Thread(task, name);
		thread.start();
		return thread;
	}

	/** By reflection, since the code is compiled for Java 17. */
	private static Thread startVirtual(Runnable task) {
		try {
			return (Thread) Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);
		}
		catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException ex) {
			throw new IllegalStateException("Virtual threads need Java 21", ex);
		}
	}

}
